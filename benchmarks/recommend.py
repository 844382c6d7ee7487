"""Recommendation at size: fit and the top 20 for all customers, beside peers on the same threads.

Each run has a process of its own, so that its peak of memory is its own, and runs of ours and of implicit's
take turns. Peers that need no place in a figure, and the real set MovieLens-1M where it is at hand, are
printed to stderr.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

from benchmarks.figures import REPEATS, Figure
from benchmarks.recommend_data import MOVIELENS, stored
from benchmarks.shared_data import has_shared_set

PEER = "implicit CosineRecommender(K=50)"
OTHER_PEERS = ("our items", "scikit-learn NearestNeighbors", "SAR", "EASE in NumPy")
LIMIT_M_MB, LIMIT_L_MB, LIMIT_L_S = 1_000.0, 3_000.0, 900.0
"""What the M and the L shop are to stay below: the L shop has a Lambda's 15 minutes."""


@dataclass(frozen=True)
class Run:
    """Medians over the repeats of one model on one shop."""

    seconds: float
    ndcg20: float
    peak_mb: float


def recommend_m_s() -> Figure:
    """Time fit and recommendations on the M shop, against implicit's cosine."""
    runs = _m()
    return Figure(runs["ours"].seconds, "s", PEER, runs[PEER].seconds)


def recommend_m_ndcg20() -> Figure:
    """Rank what the M shop's customers bought next, against implicit's cosine."""
    runs = _m()
    for name in OTHER_PEERS:
        _measured(name, "m", repeats=1)
    if has_shared_set(MOVIELENS):
        real = {name: _measured(name, MOVIELENS, repeats=REPEATS) for name in ("ours", "our items", PEER)}
        for name in ("ours", "our items"):
            seconds = real[name].seconds / real[PEER].seconds
            ndcg = real[name].ndcg20 / real[PEER].ndcg20
            print(f"movielens-1m: {name} to {PEER}: {seconds:.2f} s, {ndcg:.2f} NDCG@20", file=sys.stderr)
    return Figure(runs["ours"].ndcg20, "NDCG@20", PEER, runs[PEER].ndcg20)


def recommend_m_peak_mb() -> Figure:
    """Hold the peak of memory on the M shop against the limit."""
    return Figure(_m()["ours"].peak_mb, "MB", "the limit", LIMIT_M_MB)


def recommend_l_s() -> Figure:
    """Time fit and recommendations on the L shop, against the time that a function has."""
    return Figure(_l().seconds, "s", "the limit", LIMIT_L_S)


def recommend_l_peak_mb() -> Figure:
    """Hold the peak of memory on the L shop against the limit."""
    return Figure(_l().peak_mb, "MB", "the limit", LIMIT_L_MB)


FIGURES = {
    "recommend_m_s": recommend_m_s,
    "recommend_m_ndcg20": recommend_m_ndcg20,
    "recommend_m_peak_mb": recommend_m_peak_mb,
    "recommend_l_s": recommend_l_s,
    "recommend_l_peak_mb": recommend_l_peak_mb,
}


@cache
def _m() -> dict[str, Run]:
    path = str(stored("m"))
    rounds = [{name: _run(name, path) for name in ("ours", PEER)} for _ in range(REPEATS)]
    return {name: _median([each[name] for each in rounds], f"{name}, m") for name in rounds[0]}


@cache
def _l() -> Run:
    return _measured("ours", "l", repeats=1)


def _measured(name: str, shop: str, *, repeats: int) -> Run:
    path = str(stored(shop))
    return _median([_run(name, path) for _ in range(repeats)], f"{name}, {shop}")


def _run(name: str, path: str) -> Run:
    command = [sys.executable, "-m", "benchmarks.recommend_worker", name, path]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own module
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def _median(runs: list[Run], title: str) -> Run:
    median = Run(
        statistics.median(run.seconds for run in runs), runs[0].ndcg20, max(run.peak_mb for run in runs)
    )
    print(
        f"{title}: {median.seconds:.1f} s, NDCG@20 {median.ndcg20:.4f}, {median.peak_mb:.0f} MB",
        file=sys.stderr,
    )
    return median
