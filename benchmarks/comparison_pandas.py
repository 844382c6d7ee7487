"""What a shop's own scripts would be: pandas for RFM, and a library for the recommendations.

`implicit` is alternating least squares at its defaults. SAR is the package `recommenders`, with the settings
of its own example (Jaccard similarity, a half-life of 30 days):
https://github.com/recommenders-team/recommenders/blob/main/examples/00_quick_start/sar_movielens.ipynb
It is fetched without the packages that it names, of which SAR needs pandas and SciPy alone. It was written
for NumPy 1, and is told a name that NumPy 2 took away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from benchmarks.comparison_worker import K, Stages, write_lists

if TYPE_CHECKING:
    from pathlib import Path


def implicit_script(orders: Path, folder: Path, stages: Stages) -> None:
    """Clean with pandas, RFM by `qcut`, ALS of implicit, ten products a customer."""
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "blas")  # what implicit asks for, as it warns otherwise
    lines = _cleaned(orders)
    stages.done("read")
    _rfm(lines).to_csv(folder / "rfm.csv")
    stages.done("rfm")
    customers, products = pd.Categorical(lines["customer_id"]), pd.Categorical(lines["product_id"])
    shape = len(customers.categories), len(products.categories)
    cells = (np.ones(len(lines), np.float32), (customers.codes, products.codes))
    history = sparse.csr_matrix(cells, shape=shape)
    history.sum_duplicates()
    model = AlternatingLeastSquares(random_state=0)
    model.fit(history, show_progress=False)
    stages.done("learn")
    ids, _ = model.recommend(np.arange(shape[0]), history, N=K)
    names = np.asarray(products.categories)[ids]
    rows = [
        (customer, product, rank)
        for customer, found in zip(customers.categories, names, strict=True)
        for rank, product in enumerate(found, start=1)
    ]
    write_lists(folder / "lists.csv", rows)
    stages.done("lists")


def sar_script(orders: Path, folder: Path, stages: Stages) -> None:
    """Clean with pandas, RFM by `qcut`, SAR of recommenders, ten products a customer."""
    np.NaN = np.nan  # type: ignore[attr-defined]  # what NumPy 2 took away
    from recommenders.models.sar import SAR

    lines = _cleaned(orders)
    stages.done("read")
    _rfm(lines).to_csv(folder / "rfm.csv")
    stages.done("rfm")
    ratings = pd.DataFrame(
        {
            "userID": lines["customer_id"],
            "itemID": lines["product_id"],
            "rating": 1.0,
            "timestamp": lines["at"].astype("datetime64[s]").astype("int64").astype(float),
        }
    )
    ratings = ratings.sort_values("timestamp").drop_duplicates(["userID", "itemID"], keep="last")
    model = SAR(similarity_type="jaccard", time_decay_coefficient=30, timedecay_formula=True, normalize=True)
    model.fit(ratings)
    stages.done("learn")
    found = model.recommend_k_items(ratings[["userID"]].drop_duplicates(), top_k=K, remove_seen=True)
    found["rank"] = found.groupby("userID")["prediction"].rank(method="first", ascending=False).astype(int)
    found[["userID", "itemID", "rank"]].to_csv(folder / "lists.csv", header=False, index=False)
    stages.done("lists")


def _cleaned(orders: Path) -> pd.DataFrame:
    """Keep the sales of known customers: no cancellation, nothing without a quantity or a price."""
    raw = pd.read_parquet(orders)
    raw = raw.dropna(subset=["Customer ID"])
    raw = raw[~raw["Invoice"].str.startswith("C")]
    lines = pd.DataFrame(
        {
            "order_id": raw["Invoice"],
            "customer_id": raw["Customer ID"].astype(float).astype(int).astype(str),
            "product_id": raw["StockCode"],
            "at": pd.to_datetime(raw["InvoiceDate"]),
            "quantity": pd.to_numeric(raw["Quantity"]),
            "price": pd.to_numeric(raw["Price"]),
        }
    )
    lines = lines[(lines["quantity"] > 0) & (lines["price"] > 0)]
    return lines.assign(amount=lines["quantity"] * lines["price"])


def _rfm(lines: pd.DataFrame) -> pd.DataFrame:
    """Score recency, frequency and money by quintiles, ties broken by order as `qcut` needs it."""
    now = lines["at"].max() + pd.Timedelta(days=1)
    table = lines.groupby("customer_id").agg(
        recency=("at", lambda at: (now - at.max()).days),
        frequency=("order_id", "nunique"),
        money=("amount", "sum"),
    )
    for name, labels in (
        ("recency", [5, 4, 3, 2, 1]),
        ("frequency", [1, 2, 3, 4, 5]),
        ("money", [1, 2, 3, 4, 5]),
    ):
        table[name[0]] = pd.qcut(table[name].rank(method="first"), 5, labels=labels)
    return table
