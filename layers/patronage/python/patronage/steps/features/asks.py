"""Read a table of asks: whose features, as of when, and by what was known when."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import duckdb

from patronage.errors import BadInput
from patronage.logic.features import ENTITIES
from patronage.logic.features.history import ASKED
from patronage.logic.queries import identifier, literal
from patronage.logic.shown import shown

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.features.definition import EntityName

ROWS = "ask_rows"
"""The file's rows as they are, with `PLACE` and `ASK`."""
PLACE = "patronage_place"
"""A row's place in the file, from 0; named so that no column of the file is likely to be."""
ASK = "patronage_ask"
"""The number of a row's ask in `ASKED`; null where it has no id."""
SAME = "as_of"
"""As `known_at` of all rows: what was known at the instant itself."""
_FORMATS = {
    ".csv": (
        "read_csv({path}, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"', "
        "comment = '', skip = 0)"  # what is not said is guessed, and ids would change or rows be comments
    ),
    ".parquet": "read_parquet({path})",
}
_INSTANTS = ("VARCHAR", "DATE", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS")
_LOOKS = "give it as 2026-01-31T12:00:00Z; without an offset it is in the shop's zone, a day is its beginning"


def read_asks(
    engine: DuckEngine, path: Path, *, as_of: str | None, known_at: str | None, now: datetime
) -> EntityName:
    """Make the tables `ROWS` and `ASKED` of a file, and return what is asked about.

    Rows that ask the same share an ask. The arguments are those of `join_features`.
    """
    types = _load(engine, path)
    entity = _entity(types, path)
    entity_id = _id_sql(types, ENTITIES[entity], path)
    instants = {
        "as_of": _instant(types, "as_of", as_of, path),
        "known_at": _instant(types, "known_at", known_at or now.isoformat(), path, is_given=bool(known_at)),
    }
    if known_at == SAME:
        instants["known_at"] = instants["as_of"]
    parsed = ", ".join(f"{sql} AS ask_{name}" for name, (_, sql) in instants.items())
    engine.table("ask_parsed", f"SELECT {PLACE}, {entity_id} AS ask_id, {parsed} FROM ask_file")
    for name, (said, _) in instants.items():
        _check(engine, name, said, path)
    _number(engine)
    return entity


def asks_of(engine: DuckEngine, entity_id: str, *, as_of: datetime, known_at: datetime) -> None:
    """Make the table `ASKED` of one ask, number 1."""
    engine.table(
        ASKED,
        "SELECT 1 AS ask, $entity_id AS entity_id, as_of, shop_day(last) AS today, known_at FROM (SELECT *, "
        "as_of - INTERVAL 1 MICROSECOND AS last FROM (SELECT CAST($as_of AS TIMESTAMPTZ) AS as_of, "
        "CAST($known_at AS TIMESTAMPTZ) AS known_at))",
        entity_id=entity_id,
        as_of=as_of.isoformat(),
        known_at=known_at.isoformat(),
    )


def _load(engine: DuckEngine, path: Path) -> dict[str, str]:
    """Make the table `ask_file`, with `PLACE`, and return the types of the file's own columns."""
    if path.suffix not in _FORMATS:
        raise BadInput(f"{path} must end in {' or '.join(_FORMATS)}")
    if not path.is_file():
        raise BadInput(f"{path} is no file; name one with a row for each customer (or product) and instant")
    rows = _FORMATS[path.suffix].format(path=literal(str(path)))
    try:
        described = engine.rows(f"DESCRIBE SELECT * FROM {rows}")
        types = {row["column_name"]: row["column_type"] for row in described}
        _refuse_own_names(types, path)
        engine.table("ask_file", f"SELECT *, ROW_NUMBER() OVER () - 1 AS {PLACE} FROM {rows}")
    except duckdb.Error as exc:
        reason = str(exc).partition("\n")[0]
        raise BadInput(f"{path} cannot be read as {path.suffix[1:]}: {reason}") from exc
    if path.suffix == ".csv" and len(types) > 1:
        _refuse_blank_lines(path)
    return types


def _refuse_own_names(types: dict[str, str], path: Path) -> None:
    for column in types:
        if column.lower() in {ASK, PLACE}:
            raise BadInput(f"{path} has a column {column}, a name that the join needs; rename the column")


def _refuse_blank_lines(path: Path) -> None:
    """Refuse what DuckDB passes over: the file written would be a row short."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        try:
            for row in rows:
                if not row:
                    raise BadInput(f"{path}, line {rows.line_num} is blank; delete it, or fill it in")
        except csv.Error as exc:
            raise BadInput(f"{path}, line {rows.line_num} cannot be read as csv: {exc}") from exc


def _entity(types: dict[str, str], path: Path) -> EntityName:
    found = [entity for entity, column in ENTITIES.items() if column in types]
    if len(found) != 1:
        has = "both" if found else f"neither, but {', '.join(types) or 'no column'}"
        raise BadInput(f"{path} must have one of the columns {' and '.join(ENTITIES.values())}; it has {has}")
    return found[0]


def _id_sql(types: dict[str, str], column: str, path: Path) -> str:
    if types[column] != "VARCHAR" and not types[column].endswith(("INT", "INTEGER")):
        raise BadInput(f"{column} of {path} is {types[column]}; ids are text, as the shop's files have them")
    return f"CAST({column} AS VARCHAR)"


def _instant(
    types: dict[str, str], name: str, given: str | None, path: Path, *, is_given: bool = True
) -> tuple[str, str]:
    """Return what is said of an instant, as SQL, and the SQL of the instant itself."""
    option = f"--{name.replace('_', '-')}"
    if name in types:
        if given is not None and is_given:
            raise BadInput(f"{path} has a column {name}; leave out {option}, or the column")
        if types[name] not in _INSTANTS:
            raise BadInput(f"{name} of {path} is {types[name]}, which is no instant; {_LOOKS}")
        return f"CAST({identifier(name)} AS VARCHAR)", f"TRY_CAST({identifier(name)} AS TIMESTAMPTZ)"
    if given is None:
        raise BadInput(f"{path} has no column {name}; add it, or give {option} for all rows")
    return literal(given), f"TRY_CAST({literal(given)} AS TIMESTAMPTZ)"


def _check(engine: DuckEngine, name: str, said: str, path: Path) -> None:
    wrong = engine.rows(
        f"SELECT {PLACE} + 1 AS row, {said} AS said FROM ask_parsed INNER JOIN ask_file USING ({PLACE}) "
        f"WHERE ask_parsed.ask_{name} IS NULL OR NOT ISFINITE(ask_parsed.ask_{name}) ORDER BY {PLACE} LIMIT 1"
    )
    if wrong:
        raise BadInput(
            f"{path}, row {wrong[0]['row']}: {name} is {shown(wrong[0]['said'])}, which is no instant; "
            f"{_LOOKS}"
        )


def _number(engine: DuckEngine) -> None:
    engine.table(
        ASKED,
        "SELECT ROW_NUMBER() OVER () AS ask, ask_id AS entity_id, ask_as_of AS as_of, "
        "shop_day(last) AS today, ask_known_at AS known_at FROM ("
        "SELECT DISTINCT ask_id, ask_as_of, ask_known_at, "
        "ask_as_of - INTERVAL 1 MICROSECOND AS last FROM ask_parsed WHERE ask_id IS NOT NULL)",
    )
    engine.table(
        ROWS,
        f"SELECT ask_file.*, {ASKED}.ask AS {ASK} FROM ask_parsed "
        f"INNER JOIN ask_file ON ask_parsed.{PLACE} = ask_file.{PLACE} "
        f"LEFT JOIN {ASKED} ON ask_parsed.ask_id = {ASKED}.entity_id "
        f"AND ask_parsed.ask_as_of = {ASKED}.as_of AND ask_parsed.ask_known_at = {ASKED}.known_at",
    )
