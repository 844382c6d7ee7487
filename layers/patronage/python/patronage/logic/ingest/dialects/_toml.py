"""Read a dialect from TOML."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from patronage.logic.ingest.dialects._checks import check_kinds, check_meaning
from patronage.logic.ingest.dialects._model import Dialect, Rows
from patronage.logic.ingest.event_words import EVENT_WORDS
from patronage.logic.settings_text import below, located, toml_of
from patronage.logic.settings_values import refused
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_ONE_ROW = frozenset(
    ("line", "product_id", "description", "quantity", "unit_price", "discount", "tax", "shipping", "kind")
)


def parse_dialect(content: str | bytes, place: str) -> Dialect:
    """Read a dialect from TOML.

    Raises
    ------
    BadInput
        The text is no TOML, names a key, table or column that does not exist, or says what no file could be
        read by; the message names `place`.
    """
    values = toml_of(content, place)
    with located(content, place):
        also = []
        for number, each in enumerate(_further(values.pop("also", []), place)):
            with below(f"also.{number}"):
                also.append(_rows(Rows, each, place))
        own = _rows(Dialect, values, place)
        if own.table not in TABLES:
            said = f"table = {own.table!r} is none of {', '.join(TABLES)}"
            raise refused(place, "table", said, rule="known")
        _check_columns(own, own.table, place)
        for number, rows in enumerate(also):
            with below(f"also.{number}"):
                _check_columns(rows, own.table, place)
        dialect = _with_event_words(own)
        dialect = replace(dialect, also=tuple(_inheriting(rows, dialect) for rows in also))
        check_meaning(dialect, place)
        return dialect


def _further(also: object, place: str) -> list[dict[str, Any]]:
    if not isinstance(also, list) or not all(isinstance(each, dict) for each in also):
        said = f"also = {also!r} must be tables, each begun by a line [[also]]"
        raise refused(place, "also", said, rule="type")
    return also


def _check_columns(rows: Rows, table: str, place: str) -> None:
    """Refuse what is mapped to a column that the table has not."""
    known = {column.name for column in TABLES[table].source_columns}
    for key in ("columns", "optional", "defaults", "expressions", "values"):
        for name in sorted(getattr(rows, key)):
            if name not in known:
                said = f"{name!r} is no column of {table}; it has {', '.join(sorted(known))}"
                raise refused(place, f"{key}.{name}", said, rule="known")


def _with_event_words(dialect: Dialect) -> Dialect:
    """Let events go by the words that are common elsewhere, where the dialect does not say otherwise."""
    if dialect.table != "events":
        return dialect
    own = dialect.values.get("event_type", {})
    return replace(dialect, values={**dialect.values, "event_type": {**own, **EVENT_WORDS, **own}})


def _inheriting(rows: Rows, dialect: Dialect) -> Rows:
    """Let further rows take from the dialect what is not the row's own: the order, the customer, the time."""
    merged: dict[str, Any] = {}
    for name in ("columns", "optional", "defaults", "expressions", "values"):
        own, shared = getattr(rows, name), getattr(dialect, name)
        named = {
            *rows.columns,
            *rows.optional,
            *rows.expressions,
            *(rows.defaults if name != "defaults" else ()),
        }
        taken = {column: value for column, value in shared.items() if column not in {*_OF_ONE_ROW, *named}}
        merged[name] = {**taken, **own}
    return replace(rows, **merged)


def _rows(kind: type[Any], values: Mapping[str, Any], place: str) -> Any:
    known = {field.name for field in fields(kind)}
    if unknown := sorted(set(values) - known):
        said = f"{unknown[0]!r} is no key of a dialect; it has {', '.join(sorted(known))}"
        raise refused(place, unknown[0], said, rule="known")
    check_kinds(values, place)
    try:
        return kind(**values)
    except TypeError as exc:
        raise refused(place, "name", "a dialect needs name and table", rule="required") from exc
