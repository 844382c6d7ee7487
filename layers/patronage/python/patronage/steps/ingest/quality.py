"""Measure the quality of an upload and judge it, also beside the uploads before it.

Counts, nulls and ranges come from the statistics that Parquet holds anyway. What needs rows is read of a
bounded sample, the first rows of parts spread over the file, so the cost does not grow with the upload.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput, NotFound
from patronage.logic.distribution import bin_sql
from patronage.logic.ingest.quality import Breach, Measurement, Trailing, compared, judge
from patronage.logic.ingest.quality_rules import OF_RULES, SETTINGS, Rules, parse_rules
from patronage.logic.queries import literal
from patronage.steps.quality_index import remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.parts import Part
    from patronage.logic.tables import Table
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

SAMPLE_ROWS = 50_000
SAMPLE_PARTS = 16
_SAMPLE = "quality_sample"
_PRODUCTS = "quality_products"


def measure(
    parts: Sequence[Part],
    plan: Plan,
    engine: DuckEngine,
    lake: Lake,
    report: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Measure an upload's rows and judge them.

    Parameters
    ----------
    parts : sequence of Part
        The rows of the file that were neither refused nor repeated in it, whatever the lake holds of them.
    plan, engine, lake
        As in the whole step; the lake holds the rules and the table of products.
    report : mapping
        ``object``, ``read``, ``refused`` and ``repeated`` of the upload, and its ``unmatched_returns``.
    now : datetime
        The instant of the ingest.

    Returns
    -------
    dict
        ``measured_at``, ``measured``, ``breaches`` and the names of the rules that were ``judged``.
    """
    rules, faults = _rules(lake.store, plan.table.name)
    measurement = _measured(parts, plan, rules, engine, lake, report, now)
    trailing = [
        Trailing(rows=each["rows"], bins=each["bins"])
        for each in remembered(lake.store, plan.table.name)
        if each["object"] != report["object"]
    ]
    measurement = compared(measurement, trailing, rules)
    breaches, judged = judge(measurement, plan.table.name, rules)
    return {
        "measured_at": now.isoformat(),
        "measured": measurement.as_report(),
        "breaches": [_said(breach) for breach in [*faults, *breaches]],
        "judged": [OF_RULES, *judged],
    }


def _rules(store: ObjectStore, table: str) -> tuple[Rules, list[Breach]]:
    """Read the lake's rules; faulty ones stop no upload, but are a breach themselves."""
    try:
        return parse_rules(store.read_bytes(SETTINGS)), []
    except NotFound:
        return parse_rules(), []
    except BadInput as exc:
        says = f"{exc}; until it is mended, the shipped rules judge"
        return parse_rules(), [Breach(rule=OF_RULES, table=table, severity="alarm", says=says)]


def _said(breach: Breach) -> dict[str, Any]:
    return {name: value for name, value in asdict(breach).items() if value not in (None, "")}


def _measured(
    parts: Sequence[Part],
    plan: Plan,
    rules: Rules,
    engine: DuckEngine,
    lake: Lake,
    report: Mapping[str, Any],
    now: datetime,
) -> Measurement:
    read, judged = report["read"], report["read"] - report["refused"]
    rows = sum(part.rows for part in parts)
    low, high = _ranges(parts, plan.table)
    newest = high.get(plan.table.newest_by)
    return Measurement(
        read=read,
        rows=rows,
        refused_share=report["refused"] / read if read else None,
        repeated_share=report["repeated"] / judged if judged else None,
        newest=newest if isinstance(newest, str) else None,
        age_days=_age_days(newest, now) if isinstance(newest, str) else None,
        null_share=_null_shares(parts, rows, plan, rules),
        low=low,
        high=high,
        **_of_returns(report.get("unmatched_returns")),
        **_of_sample(parts, plan, rules, engine, lake),
    )


def _of_returns(unmatched: Mapping[str, Any] | None) -> dict[str, Any]:
    if unmatched is None:
        return {}
    returned = unmatched["of_lines"]
    return {"returned_rows": returned, "unmatched_share": unmatched["lines"] / returned}


def _null_shares(parts: Sequence[Part], rows: int, plan: Plan, rules: Rules) -> dict[str, float]:
    """Return the share of rows without a value, of columns that the file has or that a rule names."""
    named = rules.named_columns(plan.table.name, "null_share")
    return {
        column.name: sum(part.nulls(column.name) for part in parts) / rows
        for column in plan.table.columns
        if rows and (column.name in named or (not column.is_ours and plan.has(column.name)))
    }


def _ranges(parts: Sequence[Part], table: Table) -> tuple[dict[str, float | str], dict[str, float | str]]:
    """Return the least and greatest value of each column of numbers, times or days; of no text."""
    low: dict[str, float | str] = {}
    high: dict[str, float | str] = {}
    for column in table.columns:
        if (
            not (column.is_amount or column.is_time or column.type == "BIGINT")
            or column.name == "received_at"
        ):
            continue
        bounds = [found for part in parts if (found := part.bounds(column.name)) is not None]
        if bounds:
            read = _instant if column.is_time else Decimal
            low[column.name] = _plain(min(read(least) for least, _ in bounds))
            high[column.name] = _plain(max(read(greatest) for _, greatest in bounds))
    return low, high


def _instant(text: str) -> datetime:
    """Read a time or a day as Parquet's statistics write it."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _plain(value: Any) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value.isoformat())


def _age_days(newest: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(newest)).total_seconds() / 86_400


def _of_sample(
    parts: Sequence[Part], plan: Plan, rules: Rules, engine: DuckEngine, lake: Lake
) -> dict[str, Any]:
    """Return what needs rows: different ids, distributions, products that are not known."""
    if not parts:
        return {}
    ids = [column.name for column in plan.table.source_columns if column.is_id and plan.has(column.name)]
    binned = sorted(rules.changing_columns(plan.table.name))
    kind = ["kind"] if plan.table.name == "orders" else []
    chosen = parts[:: -(-len(parts) // SAMPLE_PARTS)]
    rows_each = -(-SAMPLE_ROWS // len(chosen))
    names = ", ".join(dict.fromkeys([*ids, *binned, *kind])) or "TRUE"
    each = (
        f"(SELECT {names} FROM read_parquet({literal(str(part.path))}) LIMIT {rows_each})" for part in chosen
    )
    engine.temporary(_SAMPLE, " UNION ALL ".join(each))
    shares = ", ".join(f"COUNT(DISTINCT {name}) / NULLIF(COUNT({name}), 0) AS {name}" for name in ids)
    found = engine.row(f"SELECT {', '.join(filter(None, ['COUNT(*) AS n', shares]))} FROM {_SAMPLE}")
    result = {
        "sampled_rows": found.pop("n"),
        "distinct_share": {name: share for name, share in found.items() if share is not None},
        "bins": {name: _bins(name, engine) for name in binned},
        "unknown_product_share": _unknown_product_share(plan.table, ids, engine, lake),
    }
    engine.run(f"DROP TABLE {_SAMPLE}")
    return result


def _bins(column: str, engine: DuckEngine) -> dict[str, int]:
    counted = engine.rows(
        f"SELECT {bin_sql(column)} AS bin, COUNT(*) AS n FROM {_SAMPLE} WHERE {column} IS NOT NULL "
        "GROUP BY bin ORDER BY bin"
    )
    return {str(row["bin"]): row["n"] for row in counted}


def _unknown_product_share(table: Table, ids: Sequence[str], engine: DuckEngine, lake: Lake) -> float | None:
    if table.name == "products" or "product_id" not in ids:
        return None
    products = lake.snapshot("products")
    if products.version < 0:
        return None
    engine.stream(_PRODUCTS, products.select("SELECT product_id FROM snapshot"))
    sold = " AND kind = 'sale'" if table.name == "orders" else ""
    is_unknown = f"product_id NOT IN (SELECT product_id FROM {_PRODUCTS})"
    row = engine.row(
        f"SELECT COUNT(*) AS n, COUNT(*) FILTER (WHERE {is_unknown}) AS unknown "
        f"FROM {_SAMPLE} WHERE product_id IS NOT NULL{sold}"
    )
    engine.run(f"DROP TABLE {_PRODUCTS}")
    return row["unknown"] / row["n"] if row["n"] else None
