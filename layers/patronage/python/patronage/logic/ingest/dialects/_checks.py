"""Check what a dialect file says, before a file is read by it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField, BadInput
from patronage.logic.ingest.dialects._names import named_in
from patronage.logic.ingest.recognition import read_given
from patronage.logic.ingest.values import given_time_format
from patronage.logic.settings_values import refused
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from patronage.logic.ingest.dialects._model import Dialect, Rows


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_text_or_texts(value: object) -> bool:
    return _is_text(value) or (_is_texts(value) and bool(value))


def _is_table_of(is_one: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, dict) and all(map(is_one, value.values()))


def _is_fill_down(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"by", "columns"}
        and _is_text(value["by"])
        and _is_texts(value["columns"])
    )


_TEXT = ("a text", _is_text)
_TEXTS = ("a list of texts", _is_texts)
_TABLE = ('a table of texts, such as { currency = "EUR" }', _is_table_of(_is_text))
_NAMES = (
    'a table of texts or of lists of texts, such as { order_id = ["Order", "No"] }',
    _is_table_of(_is_text_or_texts),
)
_RULES: dict[str, tuple[str, Callable[[object], bool]]] = {
    **dict.fromkeys(("name", "table", "about", "see", "key", "decimal", "explode", "rest", "where"), _TEXT),
    **dict.fromkeys(("cancellation_order_id", "fee_product_id"), _TEXT),
    **dict.fromkeys(("header", "doubts", "unfloat"), _TEXTS),
    **dict.fromkeys(("cells", "defaults", "expressions", "computed"), _TABLE),
    **dict.fromkeys(("columns", "optional", "times"), _NAMES),
    "values": ("a table of tables of texts, such as { kind = { Storno = \"refund\" } }",
               _is_table_of(_is_table_of(_is_text))),
    "format": ("a table", lambda value: isinstance(value, dict)),
    "fill_down": ("a table of by, a text, and columns, a list of texts", _is_fill_down),
    **dict.fromkeys(("needs_whole_file", "prices_exclude_tax"), ("true or false", _is_flag)),
}  # fmt: skip
_FORMAT = ("header", "delimiter", "quote")
_NOT_RE2 = re.compile(r"\(\?(?:<?[=!]|P=|\(|>)|\\[1-9]|[*+?}]\+")
"""What Python's regular expressions have and DuckDB's, which are RE2's, lack."""


def check_kinds(values: Mapping[str, Any], place: str) -> None:
    """Refuse values of another kind than their key's."""
    for name, value in values.items():
        rule, is_fine = _RULES[name]
        if not is_fine(value):
            said = f"{name} = {value!r} must be {rule}; mend the dialect there"
            raise refused(place, name, said, rule="type")


def check_meaning(dialect: Dialect, place: str) -> None:
    """Refuse what no file could be read by: patterns that are none, columns that do not exist."""
    for key, said in _wrong(dialect):
        raise refused(place, key, f"{said}; mend the dialect there", rule="value")
    try:
        read_given(dict(dialect.format))
    except BadField as exc:
        raise refused(place, f"format.{exc.field}", str(exc), rule=exc.rule) from exc
    for name, patterns in dialect.times.items():
        try:
            for pattern in (patterns,) if isinstance(patterns, str) else patterns:
                given_time_format((pattern,))
        except BadInput as exc:
            raise refused(place, f"times.{name}", str(exc), rule="time") from exc


def _wrong(dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Yield the key of what is wrong, and what of it."""
    table = TABLES[dialect.table]
    if not dialect.name.strip():
        yield "name", "name is empty"
    if dialect.decimal not in ("", ".", ","):
        yield "decimal", f"decimal = {dialect.decimal!r} must be '.' or ','"
    if unknown := sorted(set(dialect.format) - set(_FORMAT)):
        key = f"format.{unknown[0]}"
        yield key, f"{key} is no key of format; it has {', '.join(_FORMAT)}"
    ids = [column.name for column in table.source_columns if column.is_id]
    times = [column.name for column in table.source_columns if column.type in ("TIMESTAMPTZ", "DATE")]
    known = [column.name for column in table.source_columns]
    yield from _unknown("unfloat", dialect.unfloat or (), ids, f"id column of {table.name}")
    yield from _unknown("times", list(dialect.times), times, f"column of times of {table.name}")
    yield from _unknown("rest", [dialect.rest] if dialect.rest else [], known, f"column of {table.name}")
    yield from _patterns(dialect)
    yield from _filled_down(dialect)


def _unknown(key: str, named: Sequence[str], known: Sequence[str], what: str) -> Iterator[tuple[str, str]]:
    for name in named:
        if name not in known:
            yield (
                f"{key}.{name}",
                f"{key} names {name!r}, which is no {what}; there are {', '.join(known) or 'none'}",
            )


def _patterns(dialect: Dialect) -> Iterator[tuple[str, str]]:
    read_by_python = {"key": dialect.key, **{f"cells.{name}": each for name, each in dialect.cells.items()}}
    read_by_duckdb = {
        name: getattr(dialect, name)
        for name in ("cancellation_order_id", "fee_product_id")
        if getattr(dialect, name)
    }
    for name, pattern in {**read_by_python, **read_by_duckdb}.items():
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as exc:
            yield name, f"{name} = {pattern!r} is no regular expression ({exc})"
    for name, pattern in read_by_duckdb.items():
        if found := _NOT_RE2.search(pattern.replace("\\\\", "")):
            yield (
                name,
                f"{name} = {pattern!r} holds {found[0]!r}, which DuckDB's regular expressions have not",
            )


def _filled_down(dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Names that the dialect reads nowhere are slips of the pen: nobody would see that they fill nothing."""
    if not dialect.fill_down or dialect.rest:
        return
    read = {
        *dialect.header,
        *dialect.cells,
        *(name for rows in (dialect, *dialect.also) for name in _read(rows)),
    }
    read |= {name for sql in (*dialect.computed.values(), dialect.explode) for name in named_in(sql)}
    for name in (dialect.fill_down["by"], *dialect.fill_down["columns"]):
        if name.casefold() not in {each.casefold() for each in read}:
            yield "fill_down", f"fill_down names {name!r}, a column that the dialect reads nowhere"


def _read(rows: Rows) -> Iterator[str]:
    for mapping in (rows.columns, rows.optional):
        for names in mapping.values():
            yield from (names,) if isinstance(names, str) else names
    for sql in (*rows.expressions.values(), rows.where):
        yield from named_in(sql)
