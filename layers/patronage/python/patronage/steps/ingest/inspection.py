"""Say how a file would be ingested, without ingesting it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.logic.ingest.plain import PlainColumns
from patronage.logic.ingest.price_currency import PRICES
from patronage.logic.ingest.rules import rules_by_name
from patronage.logic.queries import identifier
from patronage.steps.ingest.chunks import Outcome, Pass
from patronage.steps.ingest.judging import Judge
from patronage.steps.ingest.planning import make_plan
from patronage.steps.ingest.refusals import write_refused
from patronage.steps.ingest.report import of_emptiness
from patronage.steps.ingest.step import latest_instant

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from patronage.logic.ingest.options import Options
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.tables import Table
    from patronage.settings import Shop
    from patronage.steps.ingest.judging import AnyChunk, Judged
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
        The first rows as canonical, with the `rule` that each breaks; blank ones are left out.
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
        # As texts throughout: the reader leaves out rows with a cell that is not plain, and they should show.
        job = Pass(
            upload=upload,
            plan=replace(plan, plain=PlainColumns()),
            shop=shop,
            folder=Path(name),
            latest=latest_instant(now),
            delimiter=source.delimiter,
        )
        outcome, first = _looked_at(job, source.first(), engine, rows=rows)
    mapping = mapping_of(plan)
    used = {word for _, made in mapping for word in plan.header if word in made}
    return Inspection(
        detected=plan.detected(),
        about=plan.dialect.about,
        mapping=mapping,
        ignored=[name for name in plan.header if name not in used],
        rows=[_shown(row, plan) for row in first],
        refused=_sentences(outcome.by_rule, plan.table),
        doubts=[*plan.doubts, *source.doubts, *of_emptiness(outcome)],
    )


def _looked_at(
    job: Pass, chunk: AnyChunk | None, engine: DuckEngine, *, rows: int
) -> tuple[Outcome, list[dict[str, Any]]]:
    """Judge a chunk; return what ingest would count of it, and the first rows that are not blank."""
    outcome = Outcome()
    if chunk is None:
        return outcome, []
    judge = Judge(job, engine)
    try:
        judged = judge.judge(chunk)
        outcome.read, outcome.by_rule = judged.read, judge.by_rule(judged)
        if outcome.by_rule:
            path = job.folder / "refused.jsonl"
            outcome.leave_out(write_refused(engine, job, chunk, judged, path=path))
        rest = f" WHERE rule IS NULL OR record NOT IN ({_blank(job, judged)})" if outcome.blank else ""
        first = engine.rows(f"SELECT * FROM judged{rest} ORDER BY record LIMIT {rows}")
    finally:
        judge.close()
    return outcome, first


def _blank(job: Pass, judged: Judged) -> str:
    """Write the query for the records without a filled cell."""
    cells = ", ".join(map(identifier, job.plan.header))
    return (
        f"SELECT record FROM ({judged.source}) WHERE NOT regexp_matches(CONCAT({cells}), '[^\\s\\x{{A0}}]')"
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


def _sentences(by_rule: Counter[str], table: Table) -> dict[str, int]:
    rules = rules_by_name(table)
    return {rules[name].sentence: n for name, n in by_rule.most_common()}


def _shown(row: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    names = ["rule", *(column.name for column in plan.table.source_columns), "net_minor"]
    return {name: row[name] for name in names if row.get(name) is not None}
