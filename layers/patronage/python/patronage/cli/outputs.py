"""Tables for people, and files for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from patronage.cli.lines import console, printable
from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput
from patronage.steps.figures import ANALYTICS
from patronage.steps.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore


_WIDEST_CHARACTERS = 500


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
    """Write each customer's recommendations and what goes with each product, as CSV and Parquet."""
    source = f"runs/{run_id}/recommendations"
    named = {"users": "recommendations", "similar": "similar_products", "together": "bought_together"}
    written = []
    with DuckEngine(Manifest.load(store, run_id).shop) as engine:
        for kind, name in named.items():
            shards = [key for key in store.keys(f"{source}/{kind}-") if key.endswith(".parquet")]
            engine.scan("listed", [store.staged(key) for key in shards])
            tables = both_formats(folder, name)
            _write(engine, f"FROM listed WHERE rank <= {k} ORDER BY 1, rank", tables)
            written += tables
    return written


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
    """Print a plain table; columns from `numbers_from` on are set to the right.

    A terminal that is too narrow breaks words; a file or another program gets them whole.
    """
    table = Table(
        box=box.SIMPLE_HEAD, title=escape(title), title_justify="left", padding=(0, 1, 0, 0), show_edge=False
    )
    for position, name in enumerate(header):
        is_number = numbers_from is not None and position >= numbers_from
        words = (len(word) for cell in (name, *(row[position] for row in rows)) for word in cell.split())
        table.add_column(
            name,
            justify="right" if is_number else "left",
            no_wrap=is_number,
            overflow="fold",
            min_width=None if console.is_terminal else max(words, default=0),
        )
    for row in rows:
        table.add_row(*(escape(printable(cell)) for cell in row))
    console.print()
    if console.is_terminal:
        console.print(table)
        return
    usual = console.width
    wide = console.options.update(max_width=_WIDEST_CHARACTERS)
    console.width = max(usual, Measurement.get(console, wide, table).minimum)
    try:
        console.print(table)
    finally:
        console.width = usual
