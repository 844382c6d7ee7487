"""Products that stand in one basket, counted by a join, and the strongest neighbours of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyspark.sql import Window
from pyspark.sql import functions as sql
from scipy import sparse

from patronage.engines.spark_learn.arrow import collected, columns_of, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa
    from pyspark.sql import DataFrame

    from patronage.logic.recommenders.interactions import Matrix
    from patronage.logic.recommenders.neighbours import Sums

    Nearest = Callable[[Sums, int], list[Matrix]]

_ROWS_AT_ONCE = 64
_CELLS = "row int, column int, similarity float, share float"


def newest_in(baskets: DataFrame, keys: Sequence[str], *, most: int) -> DataFrame:
    """Keep of each basket so many products: those of the latest `day`, of equals the lower ones.

    Parameters
    ----------
    baskets : DataFrame
        The `keys`, which tell baskets apart, ``product`` and ``day``; a product once a basket.
    keys : sequence of str
        Columns.
    most : int
        A basket of n products makes n * (n - 1) / 2 pairs, so this bounds what one basket costs.
    """
    newest = Window.partitionBy(*keys).orderBy(sql.desc("day"), "product")
    return baskets.withColumn("place", sql.row_number().over(newest)).where(sql.col("place") <= most)


def pairs_in(baskets: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Count the baskets that hold both products of each pair, in both orders.

    Parameters
    ----------
    baskets : DataFrame
        The `keys`, ``product``, and ``rarity``: what the basket weighs.
    keys : sequence of str
        Columns that tell baskets apart.

    Returns
    -------
    DataFrame
        ``row`` and ``column`` (products), ``both`` and ``weight``.
    """
    one = baskets.select(*keys, sql.col("product").alias("row"), "rarity")
    other = baskets.select(*keys, sql.col("product").alias("column"))
    met = one.join(other, list(keys)).where(sql.col("row") < sql.col("column"))
    summed = met.groupBy("row", "column").agg(
        sql.count(sql.lit(1)).alias("both"), sql.sum(sql.col("rarity").cast("double")).alias("weight")
    )
    turned = summed.select(sql.col("column").alias("row"), sql.col("row").alias("column"), "both", "weight")
    return summed.unionByName(turned)


def strongest(pairs: DataFrame, n_products: int, nearest: Nearest, *, is_weighed: bool) -> list[Matrix]:
    """Let a model's own formula find the neighbours of each product.

    Parameters
    ----------
    pairs : DataFrame
        As `pairs_in` gives them.
    n_products : int
        How many products there are.
    nearest : callable
        Takes the sums of a range of products, and the first of them, as `ItemNeighbours.nearest`.
    is_weighed : bool
        Whether it wants the weights as the imaginary part of the sums.

    Returns
    -------
    list of sparse CSR array, each of shape (products, products)
        Similarities and shares.
    """

    def in_range(table: pa.Table) -> pa.Table:
        cells = columns_of(table.select(["row", "column", "both", "weight"]))
        first = int(cells["row"][0]) // _ROWS_AT_ONCE * _ROWS_AT_ONCE
        values = cells["both"].astype(np.float32)
        if is_weighed:
            values = (values + 1j * cells["weight"].astype(np.float32)).astype(np.complex64)
        places = (cells["row"] - first, cells["column"])
        sums = sparse.coo_array((values, places), shape=(_ROWS_AT_ONCE, n_products)).tocsr()
        similarity, share = nearest(sums, first)
        row = np.repeat(np.arange(first, first + _ROWS_AT_ONCE), np.diff(similarity.indptr))
        found = {
            "row": row.astype(np.int32),
            "column": similarity.indices.astype(np.int32),
            "similarity": similarity.data,
            "share": share.data,
        }
        return table_of(found)

    blocks = pairs.withColumn("block", sql.floor(sql.col("row") / _ROWS_AT_ONCE)).groupBy("block")
    cells = collected(blocks.applyInArrow(in_range, schema=_CELLS))
    places, shape = (cells["row"], cells["column"]), (n_products, n_products)
    kept = [sparse.coo_array((cells[name], places), shape=shape).tocsr() for name in ("similarity", "share")]
    for each in kept:
        each.sort_indices()
    return kept
