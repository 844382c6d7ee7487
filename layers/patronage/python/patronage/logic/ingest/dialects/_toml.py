"""Read a dialect from TOML."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.logic.ingest.dialects._checks import check_kinds, check_meaning
from patronage.logic.ingest.dialects._model import Dialect, Rows
from patronage.logic.ingest.event_words import EVENT_WORDS
from patronage.logic.settings_text import toml_of
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
    also = [_rows(Rows, each, place) for each in _further(values.pop("also", []), place)]
    dialect = _with_event_words(_rows(Dialect, values, place))
    dialect = replace(dialect, also=tuple(_inheriting(rows, dialect) for rows in also))
    if dialect.table not in TABLES:
        raise BadInput(f"{place}: table = {dialect.table!r} is none of {', '.join(TABLES)}")
    known = {column.name for column in TABLES[dialect.table].source_columns}
    for rows in (dialect, *dialect.also):
        mapped = (rows.columns, rows.optional, rows.defaults, rows.expressions, rows.values)
        named = {name for mapping in mapped for name in mapping}
        if unknown := sorted(named - known):
            raise BadInput(
                f"{place}: {unknown[0]!r} is no column of {dialect.table}; it has {', '.join(sorted(known))}"
            )
    check_meaning(dialect, place)
    return dialect


def _further(also: object, place: str) -> list[dict[str, Any]]:
    if not isinstance(also, list) or not all(isinstance(each, dict) for each in also):
        raise BadInput(f"{place}: also = {also!r} must be tables, each begun by a line [[also]]")
    return also


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
        raise BadInput(f"{place}: {unknown[0]!r} is no key of a dialect; it has {', '.join(sorted(known))}")
    check_kinds(values, place)
    try:
        return kind(**values)
    except TypeError as exc:
        raise BadInput(f"{place}: a dialect needs name and table ({exc})") from exc
