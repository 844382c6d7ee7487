"""Choosing the number of clusters, 2 to 10, of 1 million rows by 8 features, against scikit-learn.

The peer does the plain thing: a k-means of scikit-learn over all rows for each number, and its silhouette
over 10,000 of them. Ours fits a sample for each number and all rows once. Both take the k-means of
scikit-learn with its defaults; `n_init="auto"` is one start of k-means++ a number, where ours takes five of
the sample. For the inertia the peer has five starts as well, over all rows, lest it end badly.
"""

from __future__ import annotations

import time
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
STARTS = 5
SHARES = (0.3, 0.25, 0.2, 0.12, 0.08, 0.05)
"""Of the six groups that the rows are drawn from: unequal, each with its own spread, and overlapping."""

PEER = "scikit-learn KMeans(n_init='auto') on all rows and silhouette_score(sample_size=10_000), k 2 to 10"


def select_k_1m_s() -> Figure:
    """Choose the number of clusters and cluster all rows."""
    ours = median_seconds(_ours)
    return Figure(ours, "s", PEER, _peer_seconds())


def select_k_1m_inertia() -> Figure:
    """Compare the sums of squared distances to the centres, at the number that we chose."""
    ours = _ours()
    k = len(ours.centres)
    peer = KMeans(n_clusters=k, n_init=STARTS, random_state=SEED).fit(_rows())
    baseline = f"scikit-learn KMeans(n_clusters={k}, n_init={STARTS}) on all rows"
    return Figure(ours.inertia, "squared distance", baseline, float(peer.inertia_))


FIGURES = {"select_k_1m_s": select_k_1m_s, "select_k_1m_inertia": select_k_1m_inertia}


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
def _peer_seconds() -> float:
    """Time the peer once: it takes as long as all else together."""
    rows = _rows()
    started = time.perf_counter()
    for k in NUMBERS:
        fit = KMeans(n_clusters=k, n_init="auto", random_state=SEED).fit(rows)
        silhouette_score(rows, fit.labels_, sample_size=SILHOUETTE_ROWS, random_state=SEED)
    return time.perf_counter() - started
