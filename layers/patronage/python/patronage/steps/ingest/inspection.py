"""Say how a file would be ingested, without ingesting it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.engines.records import RecordReader
from patronage.logic.ingest.mapping import rows_sql
from patronage.logic.ingest.price_currency import PRICES
from patronage.logic.ingest.rules import rules_by_name
from patronage.steps.ingest.judging import held_source
from patronage.steps.ingest.planning import make_plan
from patronage.steps.ingest.step import latest_instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from patronage.logic.ingest.options import Options
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.tables import Table
    from patronage.settings import Shop
    from patronage.steps.ingest.upload import Upload


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What `inspect` finds out.

    Parameters
    ----------
    detected : mapping
        What was detected, as a report says it.
    about : str
        What writes such files.
    mapping : sequence of (str, str)
        Canonical column, and what it is made of.
    ignored : sequence of str
        Columns of the file of which nothing is made.
    rows : sequence of mapping
        The first rows as canonical, with the `rule` that each breaks.
    refused : mapping
        In the first chunk of the file: sentence of a rule to how many rows break it.
    doubts : sequence of str
        What a person should check.
    """

    detected: Mapping[str, Any]
    about: str
    mapping: Sequence[tuple[str, str]]
    ignored: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    refused: Mapping[str, int]
    doubts: Sequence[str]


def inspect(upload: Upload, shop: Shop, options: Options, *, now: datetime, rows: int = 5) -> Inspection:
    """Recognise a file, and type and judge its first rows.

    Raises
    ------
    BadInput
        The file cannot be read, or no dialect fits.
    """
    with (
        tempfile.TemporaryDirectory(prefix="patronage-inspect-") as name,
        DuckEngine(shop, threads=1) as engine,
    ):
        plan, source = make_plan(upload, engine, shop=shop, options=options, folder=Path(name))
        chunk = source.first()
        refused: dict[str, int] = {}
        first: list[dict[str, Any]] = []
        if chunk is not None:
            reader = RecordReader(engine, plan, delimiter=source.delimiter)
            records = held_source(engine, plan, reader.source(chunk))
            engine.hold("judged", rows_sql(plan, shop, records), latest=latest_instant(now).isoformat())
            refused = _refused(engine, plan.table, [each.rule for each in reader.unsplit()])
            first = engine.rows(f"SELECT * FROM judged ORDER BY record LIMIT {rows}")
            reader.close()
    mapping = mapping_of(plan)
    used = {word for _, made in mapping for word in plan.header if word in made}
    return Inspection(
        detected=plan.detected(),
        about=plan.dialect.about,
        mapping=mapping,
        ignored=[name for name in plan.header if name not in used],
        rows=[_shown(row, plan) for row in first],
        refused=refused,
        doubts=[*plan.doubts, *source.doubts],
    )


def mapping_of(plan: Plan) -> list[tuple[str, str]]:
    """Return what each canonical column is made of, for a person."""
    made = []
    for column in plan.table.source_columns:
        expression = plan.dialect.expression_of(column.name, plan.header)
        source = expression or plan.dialect.source_of(column.name, plan.header)
        if column.name == "currency" and plan.has_signs:
            source = _signs(plan)
        default = plan.dialect.defaults.get(column.name)
        said = [source] if source else []
        said += [f"{default!r} where empty" if source else repr(default)] if default is not None else []
        if said:
            made.append((column.name, ", ".join(said)))
    return made


def _signs(plan: Plan) -> str:
    """Say that prices tell the currency, rather than show the SQL that looks for their signs."""
    price = PRICES[plan.table.name]
    signs = f"the sign in {plan.dialect.source_of(price, plan.header) or price}"
    own = plan.dialect.source_of("currency", plan.header)
    return f"{own}, {signs} where empty" if own else signs


def _refused(engine: DuckEngine, table: Table, unsplit: Sequence[str]) -> dict[str, int]:
    counted = {
        row["rule"]: row["n"]
        for row in engine.rows("SELECT rule, COUNT(*) AS n FROM judged WHERE rule IS NOT NULL GROUP BY rule")
    }
    for rule in unsplit:
        counted[rule] = counted.get(rule, 0) + 1
    rules = rules_by_name(table)
    return {rules[name].sentence: n for name, n in sorted(counted.items(), key=lambda each: -each[1])}


def _shown(row: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    names = ["rule", *(column.name for column in plan.table.source_columns), "net_minor"]
    return {name: row[name] for name in names if row.get(name) is not None}
