"""Hold the rows of a file and of the lake that are of the same orders (or products, customers, …)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.ingest.identity import unit, within_unit
from patronage.logic.queries import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.parts import Part
    from patronage.logic.tables import Table
    from patronage.stores.lake import LakeFile

_MOST_RANGES = 64


def hold_contested(
    engine: DuckEngine,
    parts: Sequence[Part],
    files: Mapping[Path, LakeFile],
    table: Table,
    *,
    own_key: str | None,
) -> bool:
    """Hold the lake's rows of the file's orders as `existing`, and the file's rows of those as `lines`.

    Both have `unit` (its number in `units`; negative where it is about the lines with ids that other parts of
    an order hold), `line`, `has_line_id`, `updated_at`, `received_at`, `origin` (the number of the row's
    object, in the order of their keys), `file` (its number in the arguments) and `place` (the row's number in
    it). `units` has the names of units by `number`, `origins` the keys and ids of objects.

    Parameters
    ----------
    engine : DuckEngine
        Where they are held.
    parts : sequence of Part
        The file's rows.
    files : mapping of Path to LakeFile
        The lake's files that may hold the same orders, and where each lies.
    table : Table
        The canonical table.
    own_key : str or None
        The upload's key, where the parts of an order over several keys are united: then rows of other keys
        are contested only line by line, by lines that have ids.

    Returns
    -------
    bool
        Whether there are any.
    """
    name = table.identity[0]
    bounds = [(part, *found) for part in parts if (found := part.bounds(name)) is not None]
    ranges = shared_ranges(
        ((low, high) for _, low, high in bounds), ((file.low, file.high) for file in files.values())
    )
    if not ranges:
        return False
    within = " OR ".join(f"unit BETWEEN {literal(low)} AND {literal(high)}" for low, high in ranges)
    meet = {part.path for part, low, high in bounds if any(low <= b and high >= a for a, b in ranges)}
    incoming = _rows([part.path if part.path in meet else None for part in parts], table, within)
    held = _rows(list(files), table, within)
    _hold_origins(engine, [*meet, *files])
    distinct = f"SELECT DISTINCT unit FROM ({incoming})"
    engine.table("units", f"SELECT unit, CAST(ROW_NUMBER() OVER () AS INTEGER) AS number FROM ({distinct})")
    engine.table("existing", _of_units(held, own_key))
    # Of the file only what is contested is wanted.
    engine.run("DELETE FROM units WHERE number NOT IN (SELECT ABS(unit) FROM existing)")
    engine.table("lines", _of_units(incoming, None))
    if own_key is not None:
        engine.run("INSERT INTO lines SELECT * REPLACE (-unit AS unit) FROM lines WHERE has_line_id")
    return bool(engine.row("SELECT COUNT(*) AS n FROM existing")["n"])


def shared_ranges(
    ours: Iterable[tuple[str, str]], theirs: Iterable[tuple[str | None, str | None]]
) -> list[tuple[str, str]]:
    """Return the ranges of ids that both of two sets of ranges cover, merged, a few at most.

    Parameters
    ----------
    ours, theirs : iterable of (str, str)
        The least and greatest id; None is unbounded.
    """
    others = list(theirs)
    shared: list[tuple[str, str]] = []
    for low, high in ours:
        for least, most in others:
            start = low if least is None else max(low, least)
            end = high if most is None else min(high, most)
            if start <= end:
                shared.append((start, end))
    merged: list[tuple[str, str]] = []
    for low, high in sorted(shared):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged if len(merged) <= _MOST_RANGES else [(merged[0][0], merged[-1][1])]


def _rows(paths: Sequence[Path | None], table: Table, within: str) -> str:
    has_line_id = "has_line_id" if table.name == "orders" else "TRUE AS has_line_id"
    each = [
        f"SELECT {unit(table)} AS unit, {within_unit(table)} AS line, {has_line_id}, updated_at, "
        f"received_at, object_key, object_id, {number} AS file, file_row_number AS place "
        f"FROM read_parquet({literal(str(path))}, file_row_number = true) WHERE {within}"
        for number, path in enumerate(paths)
        if path is not None
    ]
    return " UNION ALL ".join(each)


def _hold_origins(engine: DuckEngine, paths: Sequence[Path]) -> None:
    listed = ", ".join(literal(str(path)) for path in paths)
    engine.table(
        "origins",
        "SELECT object_key, object_id, DENSE_RANK() OVER (ORDER BY object_key) AS origin "
        f"FROM (SELECT DISTINCT object_key, object_id FROM read_parquet([{listed}]))",
    )


def _of_units(rows: str, own_key: str | None) -> str:
    number, condition = "units.number", ""
    if own_key is not None:
        is_own = f"rows.object_key = {literal(own_key)}"
        number = f"CASE WHEN {is_own} THEN units.number ELSE -units.number END"
        condition = f" WHERE {is_own} OR rows.has_line_id"
    return (
        f"SELECT {number} AS unit, line, has_line_id, updated_at, received_at, origin, file, place "
        f"FROM ({rows}) AS rows JOIN units ON rows.unit = units.unit "
        f"JOIN origins USING (object_key, object_id){condition}"
    )
