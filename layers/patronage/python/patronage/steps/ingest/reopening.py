"""Settle the form of a column anew where the first chunk did not show it, and the pass met rows that do.

A column that came into use late is empty in the first chunk, and amounts may be whole numbers for long. Such
a column is open: the pass refuses what it cannot read in it. Only where it did, and the cells that it left
unread are values in some form, the plan is made anew with these cells and the pass starts again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from patronage.logic.ingest.mapping import unread_sql
from patronage.logic.ingest.plan import Plan
from patronage.logic.ingest.rules import form_rule
from patronage.logic.ingest.values import is_number, time_candidates
from patronage.steps.ingest.guessing import with_values
from patronage.steps.ingest.judging import held_chunks
from patronage.steps.ingest.refusals import cells_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.ingest.dialects import Dialect
    from patronage.logic.ingest.options import Options
    from patronage.logic.tables import Column
    from patronage.settings import Shop
    from patronage.steps.ingest.chunks import Outcome
    from patronage.steps.ingest.source import Source

_MOST_TEXTS = 4_000


def settled_anew(
    plan: Plan, source: Source, engine: DuckEngine, *, shop: Shop, options: Options, outcome: Outcome
) -> Plan | None:
    """Return the plan that the whole file tells, where it differs from the one that its first chunk told.

    Parameters
    ----------
    plan : Plan
        By which the pass went.
    source : Source
        The file; of its chunks, those with refused rows are read again.
    engine : DuckEngine
        Reads them.
    shop, options
        As for `with_values`.
    outcome : Outcome
        What the pass found.
    """
    columns = [column for column in _open_columns(plan) if form_rule(column) in outcome.by_rule]
    if not columns or not _may_be_values(plan, columns, outcome):
        return None
    unread = _unread(plan, source, engine, shop, among=outcome.refused)
    if not any(unread[column.name] for column in columns):
        return None
    chosen = next((each for each in options.known_dialects if _is_same(each, plan.dialect)), plan.dialect)
    bare = Plan(format=plan.format, dialect=chosen, header=plan.header)
    anew = with_values(bare, source, engine, shop=shop, options=options, unread=unread)
    forms = (plan.times, plan.numbers, plan.has_signs)
    return None if (anew.times, anew.numbers, anew.has_signs) == forms else anew


def _may_be_values(plan: Plan, columns: Collection[Column], outcome: Outcome) -> bool:
    """Say whether a cell that was refused for its form may be a value: junk alone opens no column."""
    sources = {
        form_rule(column): (column, plan.dialect.source_of(column.name, plan.header)) for column in columns
    }
    is_table = plan.format.kind != "json"
    if not is_table or any(plan.dialect.expression_of(column.name, plan.header) for column in columns):
        return True
    for path in outcome.refused.values():
        with path.open(encoding="utf-8") as file:
            for row in map(json.loads, file):
                column, source = sources.get(row["rule"], (None, None))
                if column is None or source is None:
                    continue
                cells = cells_of(row["raw"], plan.format) or []
                at = plan.header.index(source)
                if at >= len(cells) or _is_value(column, cells[at]):
                    return True
    return False


def _is_same(one: Dialect, other: Dialect) -> bool:
    return (one.name, one.table) == (other.name, other.table)


def _open_columns(plan: Plan) -> list[Column]:
    """Return the columns of which the first chunk did not tell the form, or whether they name currencies."""
    names = plan.untold | ({"unit_price"} if plan.may_have_signs else frozenset())
    given = [column for column in plan.table.source_columns if plan.has(column.name)]
    return [column for column in given if column.name in names]


def _unread(
    plan: Plan, source: Source, engine: DuckEngine, shop: Shop, *, among: Collection[int]
) -> dict[str, list[str]]:
    """Return different texts of the open columns that are values, but not in the form that was assumed."""
    columns = _open_columns(plan)
    found: dict[str, dict[str, None]] = {column.name: {} for column in columns}
    chunks = (chunk for chunk in source.chunks() if chunk.number in among)
    for records in held_chunks(engine, plan, chunks, delimiter=source.delimiter):
        for column in columns:
            texts = engine.rows(f"{unread_sql(plan, shop, records, column)} LIMIT {_MOST_TEXTS}")
            found[column.name] |= {row["text"]: None for row in texts if _is_value(column, row["text"])}
        if all(len(texts) >= _MOST_TEXTS for texts in found.values()):
            break
    return {name: list(texts) for name, texts in found.items()}


def _is_value(column: Column, text: str) -> bool:
    return bool(time_candidates([text])) if column.is_time else is_number(text)
