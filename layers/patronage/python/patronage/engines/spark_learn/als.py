"""Implicit ALS by Spark's MLlib, as a model that folds histories in like that of NumPy."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from pyspark.ml.recommendation import ALS
from pyspark.sql import functions as sql

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from patronage.engines.spark_learn.purchases import Purchases
    from patronage.logic.recommenders.als import ImplicitAls


class BoughtPairs:
    """Which customer bought which product on any day, put together once for models of all settings.

    Parameters
    ----------
    purchases : Purchases
        What was bought.
    """

    def __init__(self, purchases: Purchases) -> None:
        self._purchases = purchases

    def learn(self, model: ImplicitAls) -> ImplicitAls:
        """Train a `weighted` model; all but ``popular_`` is set.

        MLlib's confidence is ``1 + alpha``, ours `alpha`. Its penalty counts a row's purchases, which is what
        `weighted` says. Shares of buyers, which reasons name, are counted among the drawn customers.

        The same purchases and seed give the same factors while the number of blocks, which is Spark's default
        parallelism, stays; else they are as good.
        """
        model._check()
        model.penalty_ = model.penalty_of(*self._counts)
        blocks = self._bought.sparkSession.sparkContext.defaultParallelism
        fitted = ALS(
            rank=model.factors,
            maxIter=model.iterations,
            regParam=model.penalty_,
            implicitPrefs=True,
            alpha=model.alpha - 1,
            userCol="customer",
            itemCol="product",
            ratingCol="bought",
            seed=model.random_state,
            numUserBlocks=blocks,
            numItemBlocks=blocks,
        ).fit(self._bought)
        factors = fitted.itemFactors.toArrow()
        model.product_factors_ = np.zeros((self._purchases.n_products, model.factors), dtype=np.float32)
        rows = factors["features"].combine_chunks().flatten().to_numpy().reshape(-1, model.factors)
        model.product_factors_[factors["id"].to_numpy()] = rows
        model.history_ = self._purchases.drawn.history()
        return model

    def forget(self) -> None:
        """Give the memory of the pairs back."""
        if "_bought" in vars(self):
            vars(self).pop("_bought").unpersist()

    @cached_property
    def _bought(self) -> DataFrame:
        pairs = self._purchases.frame.select("customer", "product").distinct()
        return pairs.withColumn("bought", sql.lit(1.0)).persist()

    @cached_property
    def _counts(self) -> tuple[int, int, int]:
        """How many pairs there are, and how many customers and products stand in them."""
        (counts,) = self._bought.agg(
            sql.count(sql.lit(1)).alias("purchases"),
            sql.countDistinct("customer").alias("customers"),
            sql.countDistinct("product").alias("products"),
        ).collect()
        return counts.purchases, counts.customers, counts.products
