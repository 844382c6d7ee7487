"""Cohorts on 10 million order lines: our step against bare queries that cut the months of one table."""

from __future__ import annotations

import duckdb
import pandas as pd

from benchmarks.figures import Figure, median_seconds
from benchmarks.segment_data import RUN, SHOP, large_lake, order_files
from patronage.steps.segment.cohorts import cohorts

BARE = """
WITH firsts AS (
    SELECT customer_id, DATE_TRUNC('month', MIN({time})::DATE) AS cohort
    FROM orders
    WHERE kind = 'sale' AND net_minor > 0
    GROUP BY customer_id
)
SELECT cohort, DATE_TRUNC('month', {time}::DATE) AS month, COUNT(DISTINCT customer_id), SUM(net_minor)
FROM orders
JOIN firsts USING (customer_id)
GROUP BY cohort, month
"""
"""Months alone: a refund creates retention there, and nothing is dense, marked or written."""

IN_THE_ZONE = "ordered_at"
IN_UTC = "make_timestamp(epoch_us(ordered_at))"
"""Quicker, and wrong for a shop elsewhere."""

COLUMNS = ["customer_id", "kind", "net_minor", "ordered_at"]


def cohorts_10m_s() -> Figure:
    """Lay out weeks, months and quarters, against DuckDB's bare query of the months in the shop's zone."""
    return Figure(_ours(), "s", "DuckDB bare query", median_seconds(lambda: _bare(IN_THE_ZONE)))


def cohorts_10m_beside_utc_s() -> Figure:
    """Lay out the same, against the barest query: months of UTC, no zone at all."""
    return Figure(_ours(), "s", "DuckDB bare query in UTC", median_seconds(lambda: _bare(IN_UTC)))


def cohorts_10m_beside_pandas_s() -> Figure:
    """Lay out the same, against pandas: months in the shop's zone, read, joined and grouped."""
    return Figure(_ours(), "s", "pandas", median_seconds(_pandas))


FIGURES = {
    "cohorts_10m_s": cohorts_10m_s,
    "cohorts_10m_beside_utc_s": cohorts_10m_beside_utc_s,
    "cohorts_10m_beside_pandas_s": cohorts_10m_beside_pandas_s,
}


def _ours() -> float:
    lake = large_lake()
    return median_seconds(lambda: cohorts(RUN, lake))


def _bare(time: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET TimeZone = '{SHOP.timezone}'")
        connection.read_parquet(order_files()).create_view("orders")
        connection.execute(BARE.format(time=time)).fetchall()


def _pandas() -> None:
    files = order_files()
    frame = pd.concat([pd.read_parquet(file, columns=COLUMNS) for file in files], ignore_index=True)
    local = frame.ordered_at.dt.tz_convert(SHOP.timezone)
    frame["month"] = local.dt.year * 12 + local.dt.month
    is_sale = (frame.kind == "sale") & (frame.net_minor > 0)
    cohort = frame[is_sale].groupby("customer_id").month.min().rename("cohort")
    frame = frame.join(cohort, on="customer_id")
    frame.groupby(["cohort", "month"]).agg({"customer_id": "nunique", "net_minor": "sum"})
