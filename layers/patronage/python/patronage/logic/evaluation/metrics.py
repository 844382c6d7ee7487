"""Ranking metrics at k.

A user without a relevant item says nothing about a ranking: such users are left out of every mean and
counted in `users_left_out`. An item that is listed twice counts once, at its better place. A list shorter
than k is measured as if its empty places were misses. So every metric lies between 0 and 1 and none is
ever NaN; with no user left, each is 0.

====================  ==================================================================================
``precision``         hits / k
``recall``            hits / relevant items
``ndcg``              binary gain, ``sum(hit / log2(rank + 1))`` over the same sum of an ideal list, which
                      has its ``min(k, relevant items)`` first places relevant
``map``               mean over users of ``sum(hit * precision at its rank) / min(k, relevant items)``
``mrr``               1 / rank of the first hit, 0 without one
``hit_rate``          1 with at least one hit, else 0
====================  ==================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.errors import BadInput
from patronage.logic.evaluation.bootstrap import Estimate, bootstrap_means

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from scipy import sparse

    Ids = NDArray[np.int32] | NDArray[np.int64]
    Floats = NDArray[np.float64]
    Relevant = sparse.csr_array[Any, tuple[int, int]]

METRICS = ("precision", "recall", "ndcg", "map", "mrr", "hit_rate")


@dataclass(frozen=True)
class UserScores:
    """Each measured user's score in every metric.

    Parameters
    ----------
    users : array of int64, shape (measured,)
        Their rows in the input: those with at least one relevant item.
    values : array of float64, shape (measured, len(METRICS))
        One column a metric, in the order of `METRICS`.
    """

    users: NDArray[np.int64]
    values: Floats

    def metric(self, name: str) -> Floats:
        """Return one metric's column."""
        return self.values[:, METRICS.index(name)]


@dataclass(frozen=True)
class RankingReport:
    """The means over users with their intervals.

    Parameters
    ----------
    k : int
        How many places of each list were measured.
    users, users_left_out : int
        Users with a relevant item, and those without one.
    metrics : mapping
        The estimate of each of `METRICS`.
    coverage : float
        Share of the catalogue that stands in at least one list, those of users left out included.
    """

    k: int
    users: int
    users_left_out: int
    metrics: Mapping[str, Estimate]
    coverage: float


def measure_ranking(
    recommended: Ids,
    relevant: Relevant,
    *,
    k: int = 10,
    resamples: int = 1_000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> RankingReport:
    """Measure lists of recommendations against what turned out relevant.

    Parameters
    ----------
    recommended : array of int, shape (users, width)
        Item indices, best first; -1 is an empty place. Places beyond k are ignored.
    relevant : sparse CSR array, shape (users, items)
        Non-zero where the item is relevant to the user.
    k : int
        How many places count.
    resamples, confidence, random_state
        The bootstrap; see `bootstrap_means`.
    """
    scores = score_users(recommended, relevant, k=k)
    estimates = bootstrap_means(
        scores.values, resamples=resamples, confidence=confidence, random_state=random_state
    )
    return RankingReport(
        k=k,
        users=len(scores.users),
        users_left_out=relevant.shape[0] - len(scores.users),
        metrics=dict(zip(METRICS, estimates, strict=True)),
        coverage=_coverage(recommended[:, :k], relevant.shape[1]),
    )


def score_users(recommended: Ids, relevant: Relevant, *, k: int = 10) -> UserScores:
    """Score each user's list; parameters as for `measure_ranking`."""
    _check(recommended, relevant, k)
    relevant_counts, keys = _relevant_keys(relevant)
    users = np.flatnonzero(relevant_counts)
    lists = recommended[users, :k].astype(np.int64)
    hits = _hits(lists, users, keys, relevant.shape[1])
    values = _scores(hits, relevant_counts[users], k)
    return UserScores(users, values)


def _check(recommended: Ids, relevant: Relevant, k: int) -> None:
    n_users, n_items = relevant.shape
    if k < 1:
        raise BadInput(f"k={k} must be at least 1")
    if recommended.ndim != 2 or len(recommended) != n_users:
        raise BadInput(
            f"recommended has the shape {recommended.shape}; it needs one row for each of {n_users} users"
        )
    if recommended.size and (recommended.min() < -1 or recommended.max() >= n_items):
        raise BadInput(
            f"recommended holds the items {recommended.min()} to {recommended.max()}; "
            f"item indices run from 0 to {n_items - 1}, and -1 is an empty place"
        )


def _relevant_keys(relevant: Relevant) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count each user's relevant items, and return their cells ``user * items + item``, sorted."""
    n_users, n_items = relevant.shape
    rows = np.repeat(np.arange(n_users, dtype=np.int64), np.diff(relevant.indptr))
    keys = np.unique((rows * n_items + relevant.indices)[relevant.data != 0])
    counts = np.bincount(keys // max(n_items, 1), minlength=n_users)
    return counts.astype(np.int64), keys


def _hits(
    lists: NDArray[np.int64], users: NDArray[np.int64], keys: NDArray[np.int64], n_items: int
) -> NDArray[np.bool_]:
    cells = users[:, None] * n_items + lists
    place = np.minimum(np.searchsorted(keys, cells), max(len(keys) - 1, 0))
    found = keys[place] == cells if len(keys) else np.zeros(cells.shape, dtype=np.bool_)
    hits: NDArray[np.bool_] = found & (lists >= 0) & ~_repeats(lists)
    return hits


def _repeats(lists: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the places whose item stands earlier in the same list."""
    order = np.argsort(lists, axis=1, kind="stable")
    by_item = np.take_along_axis(lists, order, axis=1)
    repeated = np.zeros(lists.shape, dtype=np.bool_)
    np.put_along_axis(repeated, order[:, 1:], by_item[:, 1:] == by_item[:, :-1], axis=1)
    return repeated


def _scores(hits: NDArray[np.bool_], relevant_counts: NDArray[np.int64], k: int) -> Floats:
    ranks = np.arange(1, hits.shape[1] + 1)
    found = hits.sum(axis=1)
    attainable = np.minimum(relevant_counts, k)
    ideal = np.cumsum(1 / np.log2(np.arange(2, k + 2)))[attainable - 1]
    first = np.where(found > 0, hits.argmax(axis=1) + 1, 1) if hits.shape[1] else np.ones(len(hits))
    precision_at_rank = np.cumsum(hits, axis=1) / ranks
    columns = (
        found / k,
        found / relevant_counts,
        (hits / np.log2(ranks + 1)).sum(axis=1) / ideal,
        (hits * precision_at_rank).sum(axis=1) / attainable,
        (found > 0) / first,
        (found > 0).astype(np.float64),
    )
    values: Floats = np.minimum(np.stack(columns, axis=1), 1.0)  # a perfect list may round to more than 1
    return values


def _coverage(recommended: Ids, n_items: int) -> float:
    shown = np.unique(recommended[recommended >= 0])
    return len(shown) / max(n_items, 1)
