"""What it costs that on Spark only a customer's newest products meet.

Item-to-item with TF-IDF on Online Retail II before the last fifth of the orders, beside one without a cap.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from benchmarks.bundled_orders import all_purchases
from benchmarks.figures import Figure
from patronage.engines.spark_learn.neighbours import MOST_PRODUCTS
from patronage.logic.evaluation import score_users, time_ordered_holdout
from patronage.logic.recommenders import ItemNeighbours
from patronage.logic.recommenders.neighbours import _with_weights, rarity_of
from patronage.logic.recommenders.owned import bought_last

if TYPE_CHECKING:
    from patronage.logic.evaluation import Holdout


def ndcg() -> Figure:
    """Measure NDCG@10 with the cap."""
    relevant = _trained()[0].relevant
    capped, whole = (float(score_users(ids, relevant).metric("ndcg").mean()) for ids in _lists())
    return Figure(capped, "NDCG@10", "without a cap", whole)


def places() -> Figure:
    """Count the places of ten that hold a product which they hold without the cap, too."""
    pairs = zip(*_lists(), strict=True)
    return Figure(float(np.mean([len(set(a) & set(b)) for a, b in pairs])), "places", "all", 10.0)


def pairs() -> Figure:
    """Count the pairs of products of one customer that meet."""
    lengths = np.diff(_trained()[0].train.history().indptr).astype(np.int64)
    met = [int((each * (each - 1) // 2).sum()) for each in (np.minimum(lengths, MOST_PRODUCTS), lengths)]
    return Figure(met[0], "pairs", "without a cap", met[1])


@cache
def _trained() -> tuple[Holdout, ItemNeighbours, ItemNeighbours]:
    holdout = time_ordered_holdout(all_purchases()[0])
    train, history = holdout.train, holdout.train.history()
    whole = ItemNeighbours(weighting="tfidf").fit(train)
    indptr, products = bought_last(train.histories(), MOST_PRODUCTS)
    newest = sparse.csr_array((np.ones(len(products), np.float32), products, indptr), shape=history.shape)
    rarity = rarity_of(np.diff(history.indptr), history.shape[1])
    capped = ItemNeighbours(weighting="tfidf")
    capped.buyers_, capped.popular_ = whole.buyers_, whole.popular_
    sums = _with_weights(newest.T.tocsr(), rarity) @ newest.astype(np.complex64)
    capped.similarity_, capped.share_ = capped.nearest(sums, 0, capped.scale_of(rarity @ history))
    return holdout, whole, capped


@cache
def _lists() -> tuple[np.ndarray, np.ndarray]:
    """Return everybody's lists with the cap, and without."""
    holdout, whole, capped = _trained()
    return capped.recommend(holdout.histories)[0], whole.recommend(holdout.histories)[0]


FIGURES = {"fanout_ndcg": ndcg, "fanout_places": places, "fanout_pairs": pairs}
