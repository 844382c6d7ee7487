"""Item-to-item on Spark: the sums of `ItemNeighbours` and `BoughtTogether` by joins of bounded baskets."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from pyspark.sql import functions as sql

from patronage.engines.spark_learn.arrow import collected
from patronage.engines.spark_learn.pairs import newest_in, pairs_in, strongest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from patronage.engines.spark_learn.purchases import Purchases
    from patronage.logic.recommenders.interactions import Scores
    from patronage.logic.recommenders.neighbours import ItemNeighbours
    from patronage.logic.recommenders.together import BoughtTogether

MOST_PRODUCTS = 500
"""So many products of a customer, or of a basket, meet each other: those bought last."""


class CoPurchases:
    """How many customers bought both products of each pair, summed once for models of all settings.

    Of a customer with more than `most_products` different products only the newest ones meet, so that one
    customer costs at most ``most_products ** 2 / 2`` pairs. How many bought a single product, and what a
    customer's purchases weigh, is counted in full: pairs that are left out make likenesses smaller only.

    Parameters
    ----------
    purchases : Purchases
        What was bought.
    most_products : int
        The cap.
    """

    def __init__(self, purchases: Purchases, *, most_products: int = MOST_PRODUCTS) -> None:
        self._purchases = purchases
        self._most_products = most_products

    def learn(self, model: ItemNeighbours) -> ItemNeighbours:
        """Train a model of any settings as its `fit` does; all but ``popular_`` is set."""
        model._check()
        model.buyers_ = self._by_product["buyers"]
        scale = model.scale_of(self._by_product["weighed"])
        model.similarity_, model.share_ = strongest(
            self._pairs,
            self._purchases.n_products,
            lambda sums, first: model.nearest(sums, first, scale),
            is_weighed=model.weighting != "cosine",
        )
        return model

    def forget(self) -> None:
        """Give the memory of what was summed back."""
        for name in ("_pairs", "_bought"):
            if name in vars(self):
                vars(self).pop(name).unpersist()

    @cached_property
    def _bought(self) -> DataFrame:
        """What each customer bought, each product once, with the last day and what it weighs."""
        last = self._purchases.frame.groupBy("customer", "product").agg(sql.max("day").alias("day"))
        counts = last.groupBy("customer").agg(sql.count(sql.lit(1)).alias("bought"))
        rarity = sql.log1p(sql.lit(float(self._purchases.n_products)) / sql.col("bought")).cast("float")
        return last.join(counts, "customer").withColumn("rarity", rarity * rarity).drop("bought").persist()

    @cached_property
    def _by_product(self) -> dict[str, Scores]:
        counted = collected(
            self._bought.groupBy("product").agg(
                sql.count(sql.lit(1)).alias("buyers"),
                sql.sum(sql.col("rarity").cast("double")).alias("weighed"),
            )
        )
        found = {}
        for name in ("buyers", "weighed"):
            found[name] = np.zeros(self._purchases.n_products, dtype=np.float32)
            found[name][counted["product"]] = counted[name]
        return found

    @cached_property
    def _pairs(self) -> DataFrame:
        newest = newest_in(self._bought, ["customer"], most=self._most_products)
        return pairs_in(newest, ["customer"]).persist()


def learn_together(
    model: BoughtTogether, purchases: Purchases, *, most_products: int = MOST_PRODUCTS
) -> BoughtTogether:
    """Train `BoughtTogether` as its `fit` does; all but ``popular_`` is set.

    A basket is what a customer bought on a day; of more than `most_products` the lowest numbers meet.
    """
    model._check()
    baskets = purchases.frame.withColumn("rarity", sql.lit(1.0))
    counted = collected(baskets.groupBy("product").agg(sql.count(sql.lit(1)).alias("baskets")))
    model.baskets_ = np.zeros(purchases.n_products, dtype=np.float32)
    model.baskets_[counted["product"]] = counted["baskets"]
    count = baskets.select("customer", "day").distinct().count()
    expected: Scores = model.baskets_ / np.float32(max(count, 1))
    keys = ["customer", "day"]
    pairs = pairs_in(newest_in(baskets, keys, most=most_products), keys)
    model.similarity_, model.share_ = strongest(
        pairs.where(sql.col("both") >= model.min_support),
        purchases.n_products,
        lambda sums, first: model.nearest(sums, first, expected),
        is_weighed=False,
    )
    return model
