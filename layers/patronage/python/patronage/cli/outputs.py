"""Tables for people, and files for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput
from patronage.steps.generation import ANALYTICS
from patronage.steps.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore

console = Console(highlight=False)

_RECOMMENDATIONS = """
SELECT customers.customer_id, picks.rank,
    CASE WHEN picks.because < 0 THEN 'popular' ELSE 'user' END AS rung,
    products.product_id, products.name, picks.score,
    because.product_id AS because_product_id, NULLIF(picks.share, 0) AS because_share
FROM picks
JOIN customers ON picks.row_idx = customers.idx
JOIN products ON picks.item = products.idx
LEFT JOIN products AS because ON picks.because = because.idx
ORDER BY customers.customer_id, picks.rank
"""
_SIMILAR = """
SELECT seed.product_id, seed.name, picks.rank, products.product_id AS similar_product_id,
    products.name AS similar_name, picks.score, picks.share AS share_of_buyers
FROM picks
JOIN products AS seed ON picks.row_idx = seed.idx
JOIN products ON picks.item = products.idx
ORDER BY seed.product_id, picks.rank
"""


def check_ending(output: Path | None, *endings: str) -> None:
    """Refuse a name for `--output` that ends otherwise."""
    if output is not None and output.suffix not in endings:
        raise BadInput(f"--output {output} must end in {' or '.join(endings)}")


def print_segments(summary: dict[str, Any], shop: Shop) -> None:
    """Print the segments with their customers and money."""
    header = ("Segment", "Customers", "Share", f"Net {shop.currency}", "Share", "Next 12 months")
    rows = [
        (
            row["name"],
            f"{row['customers']:,}",
            _share(row["customer_share"]),
            shop.format_amount(row["net_minor"]),
            _share(row["revenue_share"]),
            ""
            if row["expected_value_12m_minor"] is None
            else shop.format_amount(row["expected_value_12m_minor"]),
        )
        for row in summary["segments"]
    ]
    print_rows(f"Segments as of {summary['as_of']}", header, rows, numbers_from=1)
    console.print(f"Guests, who belong to no segment: {shop.format_money(summary['guest_net_minor'])}")
    if summary["low_data"]:
        console.print("Too few purchases to fit a forecast: the next year is a cautious guess (low_data)")


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def write_figures(store: ObjectStore, run_id: str, folder: Path) -> list[Path]:
    """Write what a run of segments figured out as JSON, and the sales of each day as tables."""
    written = []
    for name, file in ANALYTICS.items():
        key = f"runs/{run_id}/{file}"
        if store.exists(key):
            written.append(folder / f"{name}.json")
            written[-1].write_bytes(store.read_bytes(key))
    with DuckEngine(Manifest.load(store, run_id).shop) as engine:
        engine.scan("sales_days", [store.staged(f"runs/{run_id}/metrics/sales_days.parquet")])
        tables = both_formats(folder, "sales_days")
        _write(engine, "FROM sales_days", tables)
    return written + tables


def write_recommendations(store: ObjectStore, run_id: str, folder: Path, *, k: int = 10) -> list[Path]:
    """Write each customer's recommendations and each product's similar products, as CSV and Parquet."""
    manifest = Manifest.load(store, run_id)
    source = f"runs/{run_id}/recommendations"
    with DuckEngine(manifest.shop) as engine:
        for name in ("customers", "products"):
            engine.scan(name, [store.staged(f"{source}/{name}.parquet")])
        _load_picks(engine, store, f"{source}/users-", "users", "items", k)
        recommendations = both_formats(folder, "recommendations")
        _write(engine, _RECOMMENDATIONS, recommendations)
        _load_picks(engine, store, f"{source}/similar-", "items", "similar", k)
        similar = both_formats(folder, "similar_products")
        _write(engine, _SIMILAR, similar)
    return recommendations + similar


def _load_picks(engine: DuckEngine, store: ObjectStore, prefix: str, row: str, pick: str, k: int) -> None:
    """Load shards of arrays as the table `picks`, one row a pick."""
    engine.table(
        "picks",
        "SELECT 0::INTEGER AS row_idx, 0::INTEGER AS rank, 0::INTEGER AS item, 0::FLOAT AS score, "
        "0::INTEGER AS because, 0::FLOAT AS share WHERE FALSE",
    )
    for key in store.keys(prefix):
        with np.load(store.staged(key)) as arrays:
            picks = arrays[pick][:, :k]
            shape = picks.shape
            because = arrays["because"][:, :k] if "because" in arrays else np.full(shape, -1, np.int32)
            columns = {
                "row_idx": np.repeat(arrays[row], shape[1]),
                "rank": np.tile(np.arange(1, shape[1] + 1, dtype=np.int32), shape[0]),
                "item": picks.ravel(),
                "score": arrays["scores"][:, :k].ravel(),
                "because": because.ravel(),
                "share": arrays["share"][:, :k].ravel(),
            }
        engine.append("picks", {name: np.ascontiguousarray(column) for name, column in columns.items()})


def both_formats(folder: Path, name: str) -> list[Path]:
    """Return where a table goes in each format."""
    return [folder / f"{name}.csv", folder / f"{name}.parquet"]


def _write(engine: DuckEngine, sql: str, paths: Sequence[Path]) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        (engine.csv if path.suffix == ".csv" else engine.parquet)(sql, path)


def print_rows(
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers_from: int | None = None,
) -> None:
    """Print a plain table; columns from `numbers_from` on are set to the right."""
    table = Table(
        box=box.SIMPLE_HEAD, title=escape(title), title_justify="left", padding=(0, 1, 0, 0), show_edge=False
    )
    for position, name in enumerate(header):
        is_number = numbers_from is not None and position >= numbers_from
        table.add_column(name, justify="right" if is_number else "left", no_wrap=is_number, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print()
    console.print(table)
