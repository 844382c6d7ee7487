"""The identity rule between the chunks of one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.ingest.identity import fates_sql, row_key, twin_keys, unit
from patronage.logic.ingest.ranges import merged
from patronage.logic.queries import literal
from patronage.steps.ingest.settle import with_net
from patronage.steps.ingest.totals import totals_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.parts import Part
    from patronage.settings import Shop
    from patronage.steps.ingest.chunks import Outcome


def part_twins_of_chunks(outcome: Outcome, engine: DuckEngine, plan: Plan, shop: Shop, folder: Path) -> None:
    """Take out the rows that a row of another chunk repeats or supersedes, and write such parts anew.

    Most exports have the lines of an order together and the orders in the order of their ids, so only the
    orders at which one chunk ends and the next begins need to be looked at.
    """
    numbers = [
        number for number, part in sorted(outcome.parts.items()) if part.bounds(plan.table.identity[0])
    ]
    parts = [outcome.parts[number] for number in numbers]
    shared = _shared_ranges(parts, plan.table.identity[0])
    if not shared:
        return
    rows = _rows_between(parts, numbers, shared, plan)
    for by_line, key in twin_keys(plan.table).items():
        having = f" WHERE {'' if by_line else 'NOT '}has_line_id" if plan.table.name == "orders" else ""
        code = row_key(key)
        engine.table(
            "twin_keys", f"SELECT {code} AS code FROM ({rows}){having} GROUP BY code HAVING COUNT(*) > 1"
        )
        if not engine.row("SELECT COUNT(*) AS n FROM twin_keys")["n"]:
            continue
        engine.table(
            "twins", f"SELECT * FROM ({rows}) SEMI JOIN twin_keys ON {code} = twin_keys.code{having}"
        )
        engine.table("fates", fates_sql(plan.table, by_line=by_line, drops_repeats=shop.drop_repeated_lines))
        copies = engine.row("SELECT COUNT(*) AS n FROM fates WHERE is_copy AND is_first_in_file")
        outcome.copies += copies["n"]
        _take_out(outcome, engine, plan, shop, folder)


def _shared_ranges(parts: Sequence[Part], column: str) -> list[tuple[str, str]]:
    """Return the ranges of ids that more than one part may hold."""
    ordered = sorted(found for part in parts if (found := part.bounds(column)) is not None)
    shared: list[tuple[str, str]] = []
    reach = None
    for low, high in ordered:
        if reach is not None and low <= reach:
            shared.append((low, min(high, reach)))
        reach = high if reach is None else max(reach, high)
    return merged(shared)


def _rows_between(
    parts: Sequence[Part], numbers: Sequence[int], ranges: Sequence[tuple[str, str]], plan: Plan
) -> str:
    """Write the query for the rows of such ids; a query for each range, which reads the row groups of it."""
    name, each = unit(plan.table), []
    for number, part in zip(numbers, parts, strict=True):
        least, most = part.bounds(plan.table.identity[0]) or ("", "")
        each += [
            f"SELECT *, {number} AS file, file_row_number AS place "
            f"FROM read_parquet({literal(str(part.path))}, file_row_number = true) "
            f"WHERE {name} BETWEEN {literal(low)} AND {literal(high)}"
            for low, high in ranges
            if low <= most and high >= least
        ]
    return " UNION ALL ".join(each)


def _take_out(outcome: Outcome, engine: DuckEngine, plan: Plan, shop: Shop, folder: Path) -> None:
    lost = engine.rows("SELECT file, fate, COUNT(*) AS n FROM fates WHERE is_lost GROUP BY file, fate")
    for row in lost:
        outcome.fates[row["fate"]] += row["n"]
    for number in sorted({row["file"] for row in lost}):
        part = outcome.parts[number]
        source = f"read_parquet({literal(str(part.path))}, file_row_number = true)"
        places = f"(SELECT place FROM fates WHERE is_lost AND file = {number})"
        gone = f"SELECT * FROM {source} WHERE file_row_number IN {places}"
        outcome.totals -= totals_of(engine, with_net(gone, plan, shop), plan.table)
        rest = f"SELECT * EXCLUDE (file_row_number) FROM {source} WHERE file_row_number NOT IN {places}"
        written = engine.part(rest, folder / f"whole-{part.path.name}")
        if written.rows:
            outcome.parts[number] = written
        else:
            del outcome.parts[number]
