"""Hold the rows of a file and of the lake that are of the same orders (or products, customers, …)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.logic.ingest.identity import unit, within_unit
from patronage.logic.ingest.ranges import merged
from patronage.logic.queries import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.parts import Part
    from patronage.logic.tables import Table
    from patronage.stores.lake import LakeFile

_MOST_RANGES = 64
_MOST_KEYS = 1 << 20


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
    an order hold), `line`, `has_line_id`, `version` (greater is newer: by time, then by the object's key),
    `origin` (the number of the row's object in `origins`), `file` (its number in the arguments) and `place`
    (the row's number in it).

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
    meeting = {part.path for part, low, high in bounds if any(low <= b and high >= a for a, b in ranges)}
    objects = _hold_origins(engine, [*meeting, *files], own_key)
    incoming = _rows([part.path if part.path in meeting else None for part in parts], objects, table, within)
    held = _rows(list(files), objects, table, within)
    distinct = f"SELECT DISTINCT unit FROM ({incoming})"
    engine.table("units", f"SELECT unit, CAST(ROW_NUMBER() OVER () AS INTEGER) AS number FROM ({distinct})")
    engine.table("existing", _numbered(held, unites=own_key is not None))
    # Of the file only what is contested is wanted.
    engine.run("DELETE FROM units WHERE number NOT IN (SELECT ABS(unit) FROM existing)")
    engine.table("lines", _numbered(incoming, unites=False))
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
    ranges = merged(shared)
    return ranges if len(ranges) <= _MOST_RANGES else [(ranges[0][0], ranges[-1][1])]


@dataclass(frozen=True)
class _Object:
    """An object of which a file holds rows: its number, its place in the order of keys, and whose it is."""

    origin: int
    rank: int
    is_own: bool


def _hold_origins(engine: DuckEngine, paths: Sequence[Path], own_key: str | None) -> dict[str, list[_Object]]:
    """Hold the objects of which files have rows as `origins`, and return those of each file."""
    listed = ", ".join(literal(str(path)) for path in paths)
    engine.table(
        "origins",
        f"SELECT object_key, object_id, {'FALSE' if own_key is None else f'object_key = {literal(own_key)}'} "
        "AS is_own, CAST(ROW_NUMBER() OVER (ORDER BY object_key, object_id) AS INTEGER) AS origin, "
        "CAST(DENSE_RANK() OVER (ORDER BY object_key) AS INTEGER) AS rank, LIST(file) AS files FROM ("
        "SELECT DISTINCT object_key, object_id, filename AS file "
        f"FROM read_parquet([{listed}], filename = true)) GROUP BY object_key, object_id",
    )
    found: dict[str, list[_Object]] = {}
    for row in engine.rows("SELECT * FROM origins"):
        for file in row["files"]:
            found.setdefault(file, []).append(_Object(row["origin"], row["rank"], row["is_own"]))
    return found


def _rows(
    paths: Sequence[Path | None], objects: Mapping[str, Sequence[_Object]], table: Table, within: str
) -> str:
    has_line_id = "has_line_id" if table.name == "orders" else "TRUE AS has_line_id"
    each = []
    for number, path in enumerate(paths):
        if path is None:
            continue
        origin, rank, is_own = "origin", "rank", "is_own"
        joined = " JOIN origins USING (object_key, object_id)"
        if len(objects[str(path)]) == 1:
            (only,) = objects[str(path)]
            origin, rank, is_own, joined = str(only.origin), str(only.rank), str(only.is_own), ""
        each.append(
            f"SELECT {unit(table)} AS unit, {within_unit(table)} AS line, {has_line_id}, CAST(epoch_us("
            f"COALESCE(updated_at, received_at)) AS HUGEINT) * {_MOST_KEYS} + {rank} AS version, "
            f"{origin} AS origin, {is_own} AS is_own, {number} AS file, file_row_number AS place "
            f"FROM read_parquet({literal(str(path))}, file_row_number = true){joined} WHERE {within}"
        )
    return " UNION ALL ".join(each)


def _numbered(rows: str, *, unites: bool) -> str:
    number = "CASE WHEN rows.is_own THEN units.number ELSE -units.number END" if unites else "units.number"
    return (
        f"SELECT {number} AS unit, line, has_line_id, version, origin, file, place "
        f"FROM ({rows}) AS rows JOIN units ON rows.unit = units.unit"
        f"{' WHERE rows.is_own OR rows.has_line_id' if unites else ''}"
    )
