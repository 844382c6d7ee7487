"""RFM of 10 million order lines by 1 million customers, against bare queries that stop at the three numbers.

All read the lake's Parquet files, cut days in the shop's zone and write Parquet. Ours also scores, names the
segment, settles it and sorts by customer. Ours and a peer take turns, for machines grow slower and faster,
and the quicker run of each counts.
"""

from __future__ import annotations

import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from benchmarks.figures import Figure
from benchmarks.segment_data import RUN, SHOP, large_lake, order_files
from patronage.steps.segment import rfm

if TYPE_CHECKING:
    from collections.abc import Callable

_REPEATS = 3
_BOUGHT = "kind = 'sale' AND net_minor > 0"
_LINES = """
SELECT customer_id, CAST(timezone('{zone}', ordered_at) AS DATE) AS day, kind, net_minor
FROM read_parquet({files}) WHERE customer_id IS NOT NULL
"""
_BARE = f"""
SELECT
    customer_id,
    MAX(day) FILTER (WHERE {_BOUGHT}) AS last_day,
    COUNT(DISTINCT day) FILTER (WHERE {_BOUGHT}) AS frequency,
    SUM(net_minor) AS money
FROM lines
GROUP BY customer_id
"""
_TWO_STEPS = f"""
SELECT
    customer_id,
    MAX(day) FILTER (WHERE bought) AS last_day,
    COUNT(*) FILTER (WHERE bought) AS frequency,
    SUM(money) AS money
FROM (
    SELECT customer_id, day, BOOL_OR({_BOUGHT}) AS bought, SUM(net_minor) AS money
    FROM lines
    GROUP BY customer_id, day
)
GROUP BY customer_id
"""


def rfm_10m_s() -> Figure:
    """Score all customers, against DuckDB's bare recency, frequency and money."""
    return _beside("DuckDB bare query", lambda path: _duckdb(_BARE, path))


def rfm_10m_s_two_steps() -> Figure:
    """Score all customers, against the same written by someone who knows that two groupings are quicker."""
    return _beside("DuckDB bare query in two steps", lambda path: _duckdb(_TWO_STEPS, path))


def rfm_10m_s_pandas() -> Figure:
    """Score all customers, against pandas."""
    return _beside("pandas", _pandas)


def rfm_10m_s_polars() -> Figure:
    """Score all customers, against polars' streaming engine."""
    return _beside("polars", _polars)


FIGURES = {
    "rfm_10m_s": rfm_10m_s,
    "rfm_10m_s_two_steps": rfm_10m_s_two_steps,
    "rfm_10m_s_pandas": rfm_10m_s_pandas,
    **({"rfm_10m_s_polars": rfm_10m_s_polars} if find_spec("polars") else {}),
}


def _beside(name: str, peer: Callable[[Path], object]) -> Figure:
    lake = large_lake()
    order_files()
    with tempfile.TemporaryDirectory(prefix="patronage-bench-") as folder:
        path = Path(folder) / "peer.parquet"
        times = [
            (_seconds(lambda: rfm.rfm(RUN, lake)), _seconds(lambda: peer(path))) for _ in range(_REPEATS)
        ]
        _hold_equal(path)
    ours, theirs = zip(*times, strict=True)
    return Figure(min(ours), "s", name, min(theirs))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _hold_equal(path: Path) -> None:
    """Refuse a figure where the peer does not come to the same numbers."""
    ours = large_lake().store.staged(f"runs/{RUN}/segments/rfm.parquet")
    sums = "COUNT(*), SUM(frequency)"
    (mine,) = duckdb.sql(f"SELECT {sums}, SUM(net_minor) FROM '{ours}'").fetchall()
    (theirs,) = duckdb.sql(f"SELECT {sums}, SUM(money) FROM '{path}'").fetchall()
    if mine != theirs:
        raise SystemExit(f"ours came to {mine}, the peer to {theirs}")


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _duckdb(sql: str, path: Path) -> None:
    lines = _LINES.format(zone=SHOP.timezone, files=order_files())
    rows = f"WITH lines AS ({lines}) {sql}"
    _connection().execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet, COMPRESSION snappy)")


def _pandas(path: Path) -> None:
    lines = pd.read_parquet(order_files(), columns=["customer_id", "ordered_at", "kind", "net_minor"])
    lines = lines[lines.customer_id.notna()]
    bought = lines[(lines.kind == "sale") & (lines.net_minor > 0)]
    day = bought.ordered_at.dt.tz_convert(SHOP.timezone).dt.tz_localize(None).dt.normalize()
    days = pd.DataFrame({"customer_id": bought.customer_id, "day": day}).drop_duplicates()
    table = pd.DataFrame({"money": lines.groupby("customer_id").net_minor.sum()})
    by_customer = days.groupby("customer_id").day
    table["last_day"] = by_customer.max()
    table["frequency"] = by_customer.size().reindex(table.index, fill_value=0)
    table.reset_index().to_parquet(path, compression="snappy")


def _polars(path: Path) -> None:
    import polars as pl

    bought = (pl.col("kind") == "sale") & (pl.col("net_minor") > 0)
    day = pl.col("ordered_at").dt.convert_time_zone(SHOP.timezone).dt.date()
    (
        pl.scan_parquet(order_files())
        .filter(pl.col("customer_id").is_not_null())
        .select("customer_id", "net_minor", bought.alias("bought"), day.alias("day"))
        .group_by("customer_id")
        .agg(
            pl.col("day").filter(pl.col("bought")).max().alias("last_day"),
            pl.col("day").filter(pl.col("bought")).n_unique().alias("frequency"),
            pl.col("net_minor").sum().alias("money"),
        )
        .sink_parquet(path, compression="snappy")
    )
