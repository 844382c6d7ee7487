"""Implicit ALS by Spark's MLlib, as a model that folds histories in like that of NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyspark.ml.recommendation import ALS
from pyspark.sql import functions as sql

if TYPE_CHECKING:
    from patronage.engines.spark_learn.purchases import Purchases
    from patronage.logic.recommenders.als import ImplicitAls


def learn_als(model: ImplicitAls, purchases: Purchases) -> ImplicitAls:
    """Train a `weighted` model; all but ``popular_`` is set.

    MLlib's confidence is ``1 + alpha``, ours `alpha`. Its penalty counts a row's purchases, which is what
    `weighted` says. Shares of buyers, which reasons name, are counted among the drawn customers.

    The same purchases and seed give the same factors while the number of blocks, which is Spark's default
    parallelism, stays; else they are as good.
    """
    model._check()
    bought = (
        purchases.frame.select("customer", "product").distinct().withColumn("bought", sql.lit(1.0)).persist()
    )
    try:
        (counts,) = bought.agg(
            sql.count(sql.lit(1)).alias("purchases"),
            sql.countDistinct("customer").alias("customers"),
            sql.countDistinct("product").alias("products"),
        ).collect()
        model.penalty_ = model.penalty_of(*counts)
        blocks = bought.sparkSession.sparkContext.defaultParallelism
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
        ).fit(bought)
        factors = fitted.itemFactors.toArrow()
    finally:
        bought.unpersist()
    model.product_factors_ = np.zeros((purchases.n_products, model.factors), dtype=np.float32)
    rows = factors["features"].combine_chunks().flatten().to_numpy().reshape(-1, model.factors)
    model.product_factors_[factors["id"].to_numpy()] = rows
    model.history_ = purchases.drawn.history()
    return model
