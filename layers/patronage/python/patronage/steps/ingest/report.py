"""What a report says beside the counts of what was read and refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.logic.queries import literal

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.ingest.options import Options
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.parts import Part
    from patronage.logic.tables import Table
    from patronage.settings import Shop
    from patronage.steps.ingest.chunks import Outcome
    from patronage.steps.ingest.settle import Settlement

OF_DIALECTS = "dialect-settings"
"""Stands for a rule of quality where a dialect of the shop's own is at fault."""
_MANY_BLANK = 0.1
"""Blank rows to rows that were read: above it a report speaks of them."""
COUNTED_ROWS = 2_000_000
"""Up to so many kept rows a report counts the different orders and customers."""


def of_emptiness(outcome: Outcome) -> list[str]:
    """Return what a person should know where a file holds no rows, or many blank ones."""
    said = []
    if outcome.blank > outcome.read * _MANY_BLANK:
        said.append(f"{outcome.blank:,} rows without a single filled cell were taken for blank lines")
    if not outcome.read:
        said.append("the file holds no rows")
    return said


def of_repeat(report: dict[str, Any]) -> dict[str, Any]:
    """Return the report of an upload whose content the lake holds already."""
    repeated = report["read"] - report["refused"]
    nothing = {"kept": 0, "superseded": 0, "replaced": 0, "orders_that_lost_lines": [], "net_minor": 0}
    return {**report, **nothing, "repeated": repeated, "is_repeat_of_earlier_upload": True}


def with_faults(quality: Mapping[str, Any], options: Options, table: Table) -> dict[str, Any]:
    """Add to an upload's quality that dialects of the shop were left out: somebody must be told of it."""
    breaches = [
        {
            "rule": OF_DIALECTS,
            "table": table.name,
            "severity": "alarm",
            "says": f"{fault.partition(': ')[0]} is at fault and was left out; see the report's doubts",
        }
        for fault in options.faults
    ]
    return {
        **quality,
        "breaches": [*breaches, *quality["breaches"]],
        "judged": [OF_DIALECTS, *quality["judged"]],
    }


def of_fates(
    plan: Plan, shop: Shop, outcome: Outcome, settlement: Settlement, engine: DuckEngine
) -> dict[str, Any]:
    """Return what became of the rows that were not refused, and what the kept ones add up to."""
    fates: Counter[str] = outcome.fates
    own = settlement.own
    kept = sum(part.rows for part in own)
    return {
        "kept": kept,
        "repeated": fates["repeated"],
        "superseded": fates["superseded"] + settlement.superseded,
        "replaced": settlement.replaced,
        **(outcome.totals - settlement.less).as_report(plan.table),
        **_of_orders(plan, shop, own, outcome, settlement),
        **_span(plan, own),
        **_different(plan, own, engine, kept),
    }


def _of_orders(
    plan: Plan, shop: Shop, parts: Sequence[Part], outcome: Outcome, settlement: Settlement
) -> dict[str, Any]:
    if plan.table.name != "orders":
        return {}
    return {
        "guest_lines": sum(part.nulls("customer_id") for part in parts),
        "identical_lines_kept": 0 if shop.drop_repeated_lines else outcome.copies,
        "orders_that_lost_lines": list(settlement.lost_lines),
    }


def _span(plan: Plan, parts: Sequence[Part]) -> dict[str, Any]:
    """Return the first and last time of the kept rows."""
    name = plan.table.newest_by
    bounds = [found for part in parts if (found := part.bounds(name)) is not None]
    if not bounds:
        return {f"first_{name}": None, f"last_{name}": None}
    return {
        f"first_{name}": _instant(min(low for low, _ in bounds)),
        f"last_{name}": _instant(max(high for _, high in bounds)),
    }


def _instant(text: str) -> str:
    """Write a time as Parquet's statistics have it, in UTC, as ISO 8601; a day stays as it is."""
    return (
        text if len(text) == len("2026-01-02") else datetime.fromisoformat(text).astimezone(UTC).isoformat()
    )


def _different(plan: Plan, parts: Sequence[Part], engine: DuckEngine, kept: int) -> dict[str, Any]:
    """Count the different ids of the kept rows, where that is worth a reading."""
    names = {"orders": "order_id", "customers": "customer_id", "products": "product_id"}
    columns = {column.name for column in plan.table.columns}
    wanted = {name: column for name, column in names.items() if column in columns and name != plan.table.name}
    wanted |= {"orders": "order_id"} if plan.table.name == "orders" else {}
    if not parts or kept > COUNTED_ROWS or not wanted:
        return dict.fromkeys(wanted, 0 if not parts else None)
    listed = ", ".join(literal(str(part.path)) for part in parts)
    counts = ", ".join(f"COUNT(DISTINCT {column}) AS {name}" for name, column in wanted.items())
    return engine.row(f"SELECT {counts} FROM read_parquet([{listed}])")
