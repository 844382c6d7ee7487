"""Shops of known taste, in Spark and as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.engines.spark_learn.arrow import table_of
from patronage.engines.spark_learn.purchases import Purchases
from patronage.logic.recommenders import Interactions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def tasteful_shop(
    seed: int = 5, *, customers: int = 300, products: int = 60, tastes: int = 4, days: int = 40
) -> Interactions:
    """Let customers buy four in five times of their own taste, a few things a day; some rows are guests'."""
    rng = np.random.default_rng(seed)
    visits = customers * 4
    customer = np.repeat(rng.integers(0, customers, visits), 3)
    day = np.repeat(rng.integers(0, days, visits), 3)
    own = (
        np.minimum(rng.geometric(0.15, len(customer)) - 1, products // tastes - 1) * tastes
        + customer % tastes
    )
    product = np.where(rng.random(len(customer)) < 0.8, own, rng.integers(0, products, len(customer)))
    customer[rng.random(len(customer)) < 0.05] = -1
    rows = np.unique(np.stack([customer, day, product]), axis=1).astype(np.int32)
    return Interactions(rows[0], rows[2], rows[1], n_customers=customers, n_products=products)


def counted(shop: Interactions) -> Interactions:
    """Count a shop's purchases by product and day."""
    cells, counts = np.unique(np.stack([shop.products, shop.days]), axis=1, return_counts=True)
    nobody = np.full(cells.shape[1], -1, dtype=np.int32)
    return Interactions(nobody, *cells.astype(np.int32), 0, shop.n_products, counts=counts)


def in_spark(shop: Interactions, spark: SparkSession) -> Purchases:
    """Give a shop's purchases to Spark; all customers are drawn."""
    named = shop.where(shop.customers >= 0)
    columns = {"customer": named.customers, "product": named.products, "day": named.days}
    frame = spark.createDataFrame(table_of(columns)).persist()
    return Purchases(frame=frame, counted=counted(shop), drawn=named)
