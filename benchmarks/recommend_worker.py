"""One model on one shop for `benchmarks/recommend.py`, in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from pathlib import Path

from benchmarks.recommend_data import load
from benchmarks.recommend_models import MODELS, K
from patronage.logic.evaluation import score_users


def main() -> None:
    """Fit, recommend to all, and print seconds, NDCG@20 and peak resident memory as JSON."""
    name, path = sys.argv[1:]
    warnings.filterwarnings("ignore", message="Method expects CSR input")
    shop = load(Path(path))
    started = time.perf_counter()
    ids = MODELS[name](shop.train)
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ndcg = float(score_users(ids, shop.relevant, k=K).metric("ndcg").mean())
    print(json.dumps({"seconds": seconds, "ndcg20": ndcg, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
