"""What a shop's own PySpark job would be: DataFrames for RFM, MLlib's ALS at its defaults, in local mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.ml.feature import StringIndexer
from pyspark.ml.recommendation import ALS
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812  as Spark's own guide names it

from benchmarks.comparison_worker import K

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.comparison_worker import Stages

CANDIDATES = 100
"""MLlib recommends what was bought as well: so many are asked for, and those bought taken away."""
_CORES, _HEAP, _PARTITIONS = 2, "4g", 8


def spark_script(orders: Path, folder: Path, stages: Stages) -> None:
    """Clean, RFM by `ntile`, ALS of MLlib, ten products a customer."""
    spark = (
        SparkSession.builder.master(f"local[{_CORES}]")
        .config("spark.driver.memory", _HEAP)
        .config("spark.sql.shuffle.partitions", _PARTITIONS)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    stages.done("start")
    lines = _cleaned(spark.read.parquet(str(orders))).cache()
    lines.count()
    stages.done("read")
    _rfm(lines).write.csv(str(folder / "rfm"))
    stages.done("rfm")
    bought = lines.groupBy("customer_id", "product_id").agg(F.count("*").cast("float").alias("times"))
    indexers = [StringIndexer(inputCol=f"{name}_id", outputCol=name) for name in ("customer", "product")]
    for indexer in indexers:
        bought = indexer.fit(bought).transform(bought)
    bought = bought.withColumns({name: F.col(name).cast("int") for name in ("customer", "product")}).cache()
    model = ALS(userCol="customer", itemCol="product", ratingCol="times", implicitPrefs=True, seed=0).fit(
        bought
    )
    stages.done("learn")
    _lists(model.recommendForAllUsers(CANDIDATES), bought).coalesce(1).write.csv(str(folder / "lists"))
    (part,) = (folder / "lists").glob("part-*.csv")
    part.rename(folder / "lists.csv")
    stages.done("lists")
    spark.stop()


def _cleaned(raw: DataFrame) -> DataFrame:
    """Keep the sales of known customers: no cancellation, nothing without a quantity or a price."""
    lines = raw.select(
        F.col("Invoice").alias("order_id"),
        F.col("Customer ID").cast("double").cast("int").cast("string").alias("customer_id"),
        F.col("StockCode").alias("product_id"),
        F.to_timestamp("InvoiceDate").alias("at"),
        F.col("Quantity").cast("int").alias("quantity"),
        F.col("Price").cast("double").alias("price"),
    )
    lines = lines.where(
        "customer_id IS NOT NULL AND NOT startswith(order_id, 'C') AND quantity > 0 AND price > 0"
    )
    return lines.withColumn("amount", F.col("quantity") * F.col("price"))


def _rfm(lines: DataFrame) -> DataFrame:
    """Score recency, frequency and money by quintiles."""
    table = lines.groupBy("customer_id").agg(
        F.max("at").alias("last"),
        F.countDistinct("order_id").alias("frequency"),
        F.sum("amount").alias("money"),
    )
    scores = {"r": "last", "f": "frequency", "m": "money"}
    return table.withColumns(
        {name: F.ntile(5).over(Window.orderBy(by, "customer_id")) for name, by in scores.items()}
    )


def _lists(recommended: DataFrame, bought: DataFrame) -> DataFrame:
    """Take away what each customer bought, and name the rest."""
    places = recommended.select("customer", F.explode("recommendations").alias("found")).select(
        "customer", F.col("found.product").alias("product"), F.col("found.rating").alias("score")
    )
    new = places.join(bought.select("customer", "product"), ["customer", "product"], "left_anti")
    ranked = new.withColumn(
        "rank", F.row_number().over(Window.partitionBy("customer").orderBy(F.desc("score"), "product"))
    ).where(F.col("rank") <= K)
    named = ranked
    for name in ("customer", "product"):
        named = named.join(bought.select(name, f"{name}_id").distinct(), name)
    return named.select("customer_id", "product_id", "rank")
