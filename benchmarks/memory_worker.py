"""One step of training for `benchmarks/memory.py`, in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.scale_worker import opened_lake
from patronage.local.runs import prepare_training
from patronage.steps.train.blend import blend
from patronage.steps.train.evaluate import candidates, evaluate
from patronage.steps.train.fit import fit
from patronage.steps.train.gate import gate
from patronage.steps.train.lists import make_lists
from patronage.steps.train.plan import plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.local.lakes import OpenLake

_CORES = 2
_COMPARED = ("popularity", "item_to_item", "sequence", "content")
"""What a shop of this size compares."""
_FITTED = (*_COMPARED, "similar", "alike", "together")


def _interactions(opened: OpenLake) -> None:
    candidates(prepare_training(opened), opened.lake.store)


def _evaluate(model: str, opened: OpenLake) -> None:
    evaluate(_run_id(opened), model, opened.lake.store)


def _blend(opened: OpenLake) -> None:
    blend(_run_id(opened), opened.lake.store)
    gate(_run_id(opened), opened.lake.store)


def _fit(model: str, opened: OpenLake) -> None:
    fit(_run_id(opened), model, opened.lake.store)


def _plan(opened: OpenLake) -> None:
    plan(_run_id(opened), "hybrid", opened.lake.store)


def _lists(kind: str, opened: OpenLake) -> None:
    make_lists(_run_id(opened), f"{kind}-00000", opened.lake.store)


def _run_id(opened: OpenLake) -> str:
    (key,) = (key for key in opened.lake.store.keys("runs/") if key.endswith("/manifest.json"))
    return key.split("/")[1]


STEPS: dict[str, Callable[[OpenLake], None]] = {
    "interactions": _interactions,
    **{f"evaluate_{model}": partial(_evaluate, model) for model in _COMPARED},
    "blend": _blend,
    **{f"fit_{model}": partial(_fit, model) for model in _FITTED},
    "plan": _plan,
    **{f"lists_{kind}": partial(_lists, kind) for kind in ("users", "similar", "together")},
}
"""In the order in which each needs what those before it wrote."""


def main() -> None:
    """Run a step, and print what it took as JSON."""
    step, folder = sys.argv[1:]
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:_CORES])
    began = time.perf_counter()
    STEPS[step](opened_lake(Path(folder)))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(time.perf_counter() - began, 2), "peak_mb": round(peak_mb)}))


if __name__ == "__main__":
    main()
