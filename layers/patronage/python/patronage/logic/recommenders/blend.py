"""Blend ranked lists of several models by weights, and learn the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.evaluation.metrics import score_users
from patronage.logic.recommenders.ranking import top_k

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from patronage.logic.evaluation.metrics import Relevant
    from patronage.logic.recommenders.interactions import Lists, Matrix, Scores

_GRID = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0)
_MOST_ROUNDS = 5
_MOST_ROWS = 5_000

OFFSET = 5.0
"""How flat ranks are, unless told otherwise: chosen on validation parts of public sets."""


def blend(
    lists: Mapping[str, Lists], weights: Mapping[str, float], *, offset: float, n_products: int
) -> Matrix:
    """Sum what each list gives its products: its weight over `offset` plus the rank.

    Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) with weights. Only products that a model
    itself scored, above 0, have a rank.

    Parameters
    ----------
    lists : mapping of str to (ids, scores)
        Each model's products, best first, as `Recommender.recommend` returns them.
    weights : mapping of str to float
        What each list counts.
    offset : float
        The greater, the less the first places stand out.
    n_products : int
        How many products there are.

    Returns
    -------
    sparse CSR array of float32, shape (rows, products)
    """
    parts = [_ranks(lists[name], offset, weight) for name, weight in weights.items() if weight > 0]
    rows, columns, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    shape = (len(next(iter(lists.values()))[0]), n_products)
    summed: Matrix = sparse.coo_array((values, (rows, columns)), shape=shape).tocsr()
    return summed


def reciprocal_ranks(lists: Lists, offset: float) -> Scores:
    """Return 1 / (`offset` + rank) at each place whose product the model itself scored, else 0."""
    ids, scores = lists
    worth = 1 / (offset + np.arange(1, ids.shape[1] + 1, dtype=np.float32))
    return np.where((ids >= 0) & (scores > 0), worth, 0).astype(np.float32)


def learn_weights(
    lists: Mapping[str, Lists], relevant: Relevant, *, k: int = 10, offset: float = OFFSET
) -> dict[str, float]:
    """Choose the weights of a blend that rank best what was bought in a validation window.

    From the best single model on, one weight after the other is set to the best of a few values, until none
    changes: no randomness, and a model that does not help gets 0. At most 5,000 customers, evenly spread, are
    looked at.

    Parameters
    ----------
    lists : mapping of str to (ids, scores)
        What each model, trained before the window, recommended to the same customers.
    relevant : sparse CSR array, shape (rows, products)
        Non-zero where the customer bought the product within the window.
    k : int
        How many places NDCG counts.
    offset : float
        See `blend`.

    Returns
    -------
    dict of str to float
        A weight for each model, which add up to 1.
    """
    if not lists:
        raise BadInput("there is no model to blend")
    names = list(lists)
    rows = _some_rows(relevant)
    chosen = [(ids[rows], scores[rows]) for ids, scores in lists.values()]
    search = _Search(chosen, sparse.csr_array(relevant)[rows], k, offset)
    alone = [search.ndcg_alone(place) for place in range(len(names))]
    best, weights = max(alone), np.eye(len(names))[int(np.argmax(alone))]
    for _ in range(_MOST_ROUNDS):
        before = best
        for place in range(len(names)):
            best, weights = search.improved(weights, place, best)
        if best == before:
            break
    return dict(zip(names, (weights / weights.sum()).tolist(), strict=True))


def _some_rows(relevant: Relevant) -> NDArray[np.int64]:
    """Return rows that have something relevant, not too many of them, evenly spread."""
    rows = np.flatnonzero(np.diff(relevant.indptr))
    places = np.linspace(0, len(rows) - 1, min(len(rows), _MOST_ROWS)).astype(np.int64)
    return rows[places]


class _Search:
    """Measures weights quickly: what each list gives each product of a row is laid out once."""

    def __init__(self, lists: list[Lists], relevant: Relevant, k: int, offset: float) -> None:
        parts = [_ranks(each, offset, 1.0) for each in lists]
        keys = [rows * np.int64(relevant.shape[1]) + columns for rows, columns, _ in parts]
        cells = np.unique(np.concatenate(keys))
        rows, columns = np.divmod(cells, relevant.shape[1])
        starts = np.searchsorted(rows, np.arange(relevant.shape[0] + 1))
        places = np.arange(len(cells)) - starts[rows]
        shape = (relevant.shape[0], max(int(np.diff(starts).max(initial=1)), 1))
        self.products = np.full(shape, -1, dtype=np.int32)
        self.products[rows, places] = columns
        self.worth = np.zeros((len(lists), *shape), dtype=np.float32)
        for number, (key, part) in enumerate(zip(keys, parts, strict=True)):
            found = np.searchsorted(cells, key)
            self.worth[number, rows[found], places[found]] = part[2]
        self.relevant, self.k = relevant, k

    def improved(
        self, weights: NDArray[np.float64], place: int, best: float
    ) -> tuple[float, NDArray[np.float64]]:
        """Try each value of the grid at one place."""
        others = np.where(np.arange(len(weights)) == place, 0, weights).astype(np.float32)
        rest = np.tensordot(others, self.worth, axes=1)
        for value in _GRID:
            tried = weights.copy()
            tried[place] = value
            measured = self._ndcg(rest + np.float32(value) * self.worth[place])
            if measured > best:
                best, weights = measured, tried
        return best, weights

    def ndcg_alone(self, place: int) -> float:
        """Measure one list."""
        return self._ndcg(self.worth[place])

    def _ndcg(self, scores: Scores) -> float:
        places, _ = top_k(scores, self.k)
        ids = np.take_along_axis(self.products, np.maximum(places, 0), axis=1)
        values = score_users(np.where(places < 0, -1, ids), self.relevant, k=self.k).metric("ndcg")
        return float(values.mean()) if len(values) else 0.0


def _ranks(lists: Lists, offset: float, weight: float) -> tuple[NDArray[np.int64], NDArray[np.int64], Scores]:
    """Return the rows, products and worths of the places whose product the model itself scored."""
    worth = reciprocal_ranks(lists, offset)
    rows, places = np.nonzero(worth)
    return rows, lists[0][rows, places].astype(np.int64), worth[rows, places] * np.float32(weight)
