"""How many clusters there are, chosen on a sample, and the clusters of all rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.said import Said, said
from patronage.logic.segments.clusters._kmeans import nearest, one_thread, refined, started
from patronage.logic.segments.clusters._sample import representative
from patronage.logic.segments.clusters._silhouette import silhouettes

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.logic.segments.clusters._kmeans import Labels
    from patronage.logic.segments.clusters._scaling import Numbers

    Refine = Callable[[Numbers, Numbers], Numbers]

SMALLEST_K, LARGEST_K = 2, 10
SAMPLE_ROWS = 10_000
STARTS = 5
_DIGITS = 5


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A number of clusters, and how well it suits the sample.

    Parameters
    ----------
    k : int
        How many clusters.
    silhouette : float
        Mean silhouette of the start of least inertia, -1 to 1.
    inertia : float
        Its sum of squared distances to the centres.
    stability : float
        Mean adjusted Rand index (Hubert and Arabie, Journal of Classification 2, 1985) of each two starts
        that differ in their seed alone: 1 where all agree, about 0 where they agree by chance.
    centres : array, shape (k, features)
        Its centres.
    """

    k: int
    silhouette: float
    inertia: float
    stability: float
    centres: Numbers


@dataclass(frozen=True, kw_only=True)
class Partition:
    """Rows parted into clusters, the largest first.

    Parameters
    ----------
    labels : array of int32, shape (n,)
        Number of the cluster of each row, from 0.
    centres : array, shape (k, features)
        The centres of the clusters.
    inertia : float
        Sum of squared distances of all rows to their centres.
    chosen : Candidate or None
        What the sample says of the chosen number; None where there is one cluster.
    candidates : tuple of Candidate
        Every number that was tried.
    reason : Said or None
        Why there is one cluster; None where there are more.
    """

    labels: Labels
    centres: Numbers
    inertia: float
    chosen: Candidate | None
    candidates: tuple[Candidate, ...]
    reason: Said | None = None


def partition(
    rows: Numbers, *, random_state: int, largest_k: int = LARGEST_K, refine: Refine = refined
) -> Partition:
    """Part rows by k-means, with the number of clusters from 2 on that has the greatest silhouette.

    Up to 10,000 rows that stand for all decide on the number; from their centres k-means goes on over all
    rows. The number stays below that of the rows, and is at most that of the different rows in the sample.
    The same rows and seed give the same answer, whatever the number of threads.

    Parameters
    ----------
    rows : array, shape (n, features)
        Scaled features.
    random_state : int
        Seed, from 0.
    largest_k : int
        The most clusters to try.
    refine : callable
        Carries k-means on from given centres over all rows; takes both and returns the centres.
    """
    if rows.shape[1] == 0:
        return _single(rows)
    with one_thread():
        sample = rows[representative(rows.T, SAMPLE_ROWS, seed=random_state)]
        tried = candidates(sample, random_state=random_state, largest_k=largest_k)
        if not tried:
            return _single(rows)
        chosen = max(tried, key=lambda candidate: (round(candidate.silhouette, 9), -candidate.k))
        centres = refine(rows, chosen.centres)
    labels, inertia = nearest(rows, centres)
    labels, centres = _largest_first(labels, centres)
    return Partition(labels=labels, centres=centres, inertia=inertia, chosen=chosen, candidates=tuple(tried))


def candidates(sample: Numbers, *, random_state: int, largest_k: int = LARGEST_K) -> list[Candidate]:
    """Try each number of clusters on a sample; none where its rows cannot be parted."""
    # Rows nearer to each other than rounding can tell are one to k-means++.
    most = min(largest_k, len(sample) - 1, len(np.unique(sample.round(_DIGITS), axis=0)))
    seeds = [int(seed) for seed in np.random.SeedSequence(random_state).generate_state(STARTS)]
    with one_thread():
        fits = [[started(sample, k, seed=seed) for seed in seeds] for k in range(SMALLEST_K, most + 1)]
        best = [min(starts, key=lambda fit: fit.inertia_) for starts in fits]
        widths = silhouettes(sample, [fit.labels_ for fit in best]) if best else []
    return [
        Candidate(
            k=fit.n_clusters,
            silhouette=width,
            inertia=float(fit.inertia_),
            stability=_agreement([start.labels_ for start in starts]),
            centres=fit.cluster_centers_,
        )
        for width, fit, starts in zip(widths, best, fits, strict=True)
    ]


def _agreement(clusterings: list[Labels]) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(np.mean([adjusted_rand_score(one, other) for one, other in combinations(clusterings, 2)]))


def _single(rows: Numbers) -> Partition:
    centre = rows.mean(axis=0, keepdims=True)
    reason = said("few_customers", customers=len(rows)) if len(rows) < 3 else said("customers_alike")
    return Partition(
        labels=np.zeros(len(rows), dtype=np.int32),
        centres=centre,
        inertia=float(((rows - centre) ** 2).sum()),
        chosen=None,
        candidates=(),
        reason=reason,
    )


def _largest_first(labels: Labels, centres: Numbers) -> tuple[Labels, Numbers]:
    """Give the largest cluster number 0; one without rows, which ties can leave, is left out."""
    sizes = np.bincount(labels, minlength=len(centres))
    order = np.lexsort((*centres.T[::-1], -sizes))
    order = order[sizes[order] > 0]
    numbers = np.empty(len(centres), dtype=np.int32)
    numbers[order] = np.arange(len(order), dtype=np.int32)
    return numbers[labels], centres[order]
