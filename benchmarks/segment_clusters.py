"""Choosing the number of clusters, 2 to 10, of 1 million rows by 8 features, against scikit-learn.

The peer does the plain thing: a k-means of scikit-learn over all rows for each number, and its silhouette
over 10,000 of them. Ours fits a sample for each number and all rows once. Both take the k-means of
scikit-learn with its defaults; `n_init="auto"` is one start of k-means++ a number, where ours takes five of
the sample.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from benchmarks.figures import Figure, median_seconds
from patronage.logic.segments.clusters import partition

if TYPE_CHECKING:
    from patronage.logic.segments.clusters import Partition

ROWS, FEATURES = 1_000_000, 8
SILHOUETTE_ROWS = 10_000
NUMBERS = range(2, 11)
SEED = 20_260_101
SHARES = (0.3, 0.25, 0.2, 0.12, 0.08, 0.05)
"""Of the six groups that the rows are drawn from: unequal, each with its own spread, and overlapping."""

PEER = "scikit-learn KMeans(n_init='auto') on all rows and silhouette_score(sample_size=10_000), k 2 to 10"


def select_k_1m_s() -> Figure:
    """Choose the number of clusters and cluster all rows."""
    ours = median_seconds(_ours)
    return Figure(ours, "s", PEER, _peer().seconds)


def select_k_1m_inertia() -> Figure:
    """Compare the sums of squared distances to the centres, at the number that we chose."""
    ours = _ours()
    k = len(ours.centres)
    peer = _peer()
    baseline = f"scikit-learn KMeans(n_init='auto') on all rows, k = {k}; its silhouette chooses {peer.k}"
    return Figure(ours.inertia, "squared distance", baseline, peer.inertia[k])


FIGURES = {"select_k_1m_s": select_k_1m_s, "select_k_1m_inertia": select_k_1m_inertia}


@dataclass(frozen=True)
class Peer:
    """What scikit-learn found, inertia by number of clusters, and how long it took."""

    k: int
    inertia: dict[int, float]
    seconds: float


@cache
def _rows() -> np.ndarray:
    rng = np.random.default_rng(SEED)
    centres = rng.normal(scale=2.0, size=(len(SHARES), FEATURES))
    spread = rng.uniform(0.6, 1.2, len(SHARES))
    group = rng.choice(len(SHARES), size=ROWS, p=SHARES)
    rows = rng.standard_normal((ROWS, FEATURES))
    rows *= spread[group, None]
    rows += centres[group]
    return rows


def _ours() -> Partition:
    return partition(_rows(), random_state=SEED)


@cache
def _peer() -> Peer:
    rows = _rows()
    silhouette, inertia = {}, {}
    started = time.perf_counter()
    for k in NUMBERS:
        fit = KMeans(n_clusters=k, n_init="auto", random_state=SEED).fit(rows)
        inertia[k] = float(fit.inertia_)
        silhouette[k] = silhouette_score(rows, fit.labels_, sample_size=SILHOUETTE_ROWS, random_state=SEED)
    seconds = time.perf_counter() - started
    return Peer(k=max(silhouette, key=silhouette.__getitem__), inertia=inertia, seconds=seconds)
