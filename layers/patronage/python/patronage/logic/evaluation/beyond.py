"""What lists of recommendations are like beside being right: diversity, novelty, popularity bias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.recommenders.cells import values_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Ids, Interactions, Matrix

_PRODUCTS_AT_ONCE = 512


@dataclass(frozen=True)
class ListFigures:
    """Means over lists, each from 0 to 1; 0 where there is no list that says anything.

    Parameters
    ----------
    diversity : float
        One minus the cosine of the buyers of two products of a list, over all pairs of a list (the
        intra-list distance of Ziegler et al., WWW 2005).
    novelty : float
        Self-information of a product, ``-log2(share of customers who bought it)``, over that of a product
        with a single buyer (Zhou et al., PNAS 2010).
    popularity_bias : float
        Share of customers who bought a product (the average recommendation popularity of Abdollahpouri et
        al., FLAIRS 2019).
    """

    diversity: float
    novelty: float
    popularity_bias: float


def measure_lists(recommended: Ids, train: Interactions) -> ListFigures:
    """Measure lists by who bought the products before.

    Parameters
    ----------
    recommended : array of int, shape (lists, k)
        Product indices; -1 is an empty place.
    train : Interactions
        What the recommender learnt from.
    """
    history = train.history()
    buyers = np.bincount(history.indices, minlength=train.n_products)
    n_customers = max(int((np.diff(history.indptr) > 0).sum()), 2)
    listed = recommended[recommended >= 0]
    if len(listed) == 0:
        return ListFigures(0.0, 0.0, 0.0)
    share = np.maximum(buyers[listed], 1) / n_customers
    return ListFigures(
        diversity=_diversity(recommended, history, buyers),
        novelty=float(np.clip(-np.log2(share) / np.log2(n_customers), 0, 1).mean()),
        popularity_bias=float(np.minimum(buyers[listed] / n_customers, 1).mean()),
    )


def _diversity(recommended: Ids, history: Matrix, buyers: NDArray[np.int64]) -> float:
    """Take each pair of products once, however many lists it stands in."""
    first, second = (recommended[:, places] for places in np.triu_indices(recommended.shape[1], 1))
    known = (first >= 0) & (second >= 0)
    low, high = np.minimum(first, second)[known], np.maximum(first, second)[known]
    cells, place = np.unique(low * np.int64(len(buyers)) + high, return_inverse=True)
    cosines = _cosines(*np.divmod(cells, len(buyers)), history, buyers)[place]
    pairs = known.sum(axis=1)
    summed = np.bincount(np.nonzero(known)[0], weights=cosines, minlength=len(pairs))
    found = 1 - summed[pairs > 0] / pairs[pairs > 0]
    return float(np.clip(found, 0, 1).mean()) if len(found) else 0.0


def _cosines(
    first: NDArray[np.int64], second: NDArray[np.int64], history: Matrix, buyers: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the cosines of pairs of products, which stand in the order of the first."""
    bought_by = history.T.tocsr()
    together = np.zeros(len(first))
    products, starts = np.unique(first, return_index=True)
    ends = np.append(starts[1:], len(first))
    for start in range(0, len(products), _PRODUCTS_AT_ONCE):
        block = slice(start, start + _PRODUCTS_AT_ONCE)
        counts = bought_by[products[block]] @ history
        counts.sort_indices()
        pairs = slice(starts[block][0], ends[block][-1])
        rows = np.searchsorted(products[block], first[pairs])
        together[pairs] = values_of(counts, rows, second[pairs])
    cosines: NDArray[np.float64] = together / np.sqrt(np.maximum(buyers[first] * buyers[second], 1))
    return cosines
