"""What lists of recommendations are like beside being right: diversity, novelty, popularity bias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Ids, Interactions

_LISTS_AT_ONCE = 2_000


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


def _diversity(
    recommended: Ids,
    history: sparse.csr_array[np.float32, tuple[int, int]],
    buyers: NDArray[np.int64],
) -> float:
    """Sum the cosines of all pairs of a list as the squared length of the sum of its unit vectors."""
    unit = sparse.csr_array(history.T)
    unit.data = unit.data / np.repeat(np.sqrt(np.maximum(buyers, 1)), np.diff(unit.indptr))
    distances = []
    for start in range(0, len(recommended), _LISTS_AT_ONCE):
        block = recommended[start : start + _LISTS_AT_ONCE]
        row, place = np.nonzero(block >= 0)
        shape = (len(block), len(buyers))
        lists = sparse.coo_array((np.ones(len(row)), (row, block[row, place])), shape=shape).tocsr()
        summed = lists @ unit
        lengths = np.diff(lists.indptr)
        themselves = lists @ (buyers > 0).astype(np.float64)
        cosines = np.asarray(summed.multiply(summed).sum(axis=1)).ravel() - themselves
        pairs = lengths * (lengths - 1)
        distances.append(1 - cosines[pairs > 0] / pairs[pairs > 0])
    found = np.concatenate(distances)
    return float(np.clip(found, 0, 1).mean()) if len(found) else 0.0
