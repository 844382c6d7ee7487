"""The plain columns of a CSV file: those whose cells its reader turns into values by itself.

That costs a fraction of reading texts and parsing them. A cell that is not plain makes the reader leave its
record out; such records are read as texts, and so are all of a chunk, where it matters (`steps.ingest`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from patronage.logic.ingest.values import PLAIN_PATTERNS, is_number
from patronage.logic.queries import literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from patronage.logic.ingest.plan import Plan
    from patronage.logic.tables import Column
    from patronage.settings import Shop

_MOST_WORDS = 64
_WORD_BYTES = 64
_LOOKED_AT = 500
_MOST_JUNK = 10
_WITH_DERIVED_IDS = frozenset({"events", "ratings", "calendar"})
"""Tables whose ids may be made of the texts of other columns."""

_UNTOUCHED = frozenset(("line", "description", "country", "channel", "category", "brand"))
"""Columns of text that are taken as they are, and may hold the same few texts over and over."""


@dataclass(frozen=True, kw_only=True)
class PlainColumns:
    """What the reader of a CSV file makes of its plain columns.

    Parameters
    ----------
    types : mapping
        Canonical column to the type that the reader gives it.
    time_pattern : str
        The `strptime` pattern of the columns of type TIMESTAMP.
    decimal : str
        The decimal mark.
    years : (int, int), optional
        The first and last year of the sampled times.
    changes : sequence of (int, int)
        The changes of the zone's clock about the times of the file, as `clock_sql` takes them.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    time_pattern: str = ""
    decimal: str = "."
    years: tuple[int, int] | None = None
    changes: Sequence[tuple[int, int]] = ()

    def without(self, columns: Collection[str]) -> PlainColumns:
        """Return the same less some columns, whose cells proved not to be plain."""
        return replace(self, types={name: kind for name, kind in self.types.items() if name not in columns})

    @property
    def amounts(self) -> set[str]:
        """The columns of decimal numbers."""
        return {name for name, kind in self.types.items() if kind.startswith("DECIMAL")}

    @property
    def times(self) -> set[str]:
        """The columns of instants."""
        return {name for name, kind in self.types.items() if kind == "TIMESTAMP"}


def plain_columns(plan: Plan, texts: Mapping[str, Sequence[str]], shop: Shop) -> PlainColumns:
    """Choose the plain columns of a file by a sample of their cells.

    Parameters
    ----------
    plan : Plan
        With the form of each column's values.
    texts : mapping
        Canonical column to different texts of it.
    shop : Shop
        Its currency is the only one that a plain column of currencies may name.

    Returns
    -------
    PlainColumns
        Without types where the file is no CSV, or its dialect reads records more than once.
    """
    dialect = plan.dialect
    if plan.format.kind != "csv" or plan.sql_of or dialect.reads_raw_twice:
        return PlainColumns()
    if plan.table.name in _WITH_DERIVED_IDS or len(plan.format.delimiter) != 1:
        return PlainColumns()
    types: dict[str, str] = {}
    years: list[int] = []
    pattern, decimal = "", ""
    for column in plan.table.source_columns:
        found = texts.get(column.name, ())
        if not found or not _is_mapped_as_is(plan, column.name):
            continue
        if column.is_amount and not plan.has_signs:
            mark = _mark(plan, column.name)
            if mark and decimal in {"", mark} and _are_plain_numbers(found, mark):
                types[column.name], decimal = column.type, mark
        elif column.type == "TIMESTAMPTZ":
            fits = _pattern_of(plan, column.name, found)
            if fits and pattern in {"", fits}:
                types[column.name], pattern = "TIMESTAMP", fits
                years += [_parsed(text, fits).year for text in _some_of(found)]
        elif words := _words(column, found, plan, shop):
            types[column.name] = f"ENUM({', '.join(map(literal, words))})"
    span = (min(years), max(years)) if years else None
    return PlainColumns(types=types, time_pattern=pattern, decimal=decimal or ".", years=span)


def _is_mapped_as_is(plan: Plan, column: str) -> bool:
    dialect = plan.dialect
    source = dialect.source_of(column, plan.header)
    if source is None or column in dialect.defaults or column in dialect.values:
        return False
    if column in plan.stripped or column in plan.unfloated:
        return False
    names = [dialect.source_of(each.name, plan.header) for each in plan.table.source_columns]
    return names.count(source) == 1 and dialect.expression_of(column, plan.header) is None


def _mark(plan: Plan, column: str) -> str:
    """Return the decimal mark, or nothing where it is open; the reader would not tell it."""
    style = plan.numbers.get(column)
    return style.decimal if style and not style.is_open else ""


def _are_plain_numbers(texts: Sequence[str], decimal: str) -> bool:
    """Say whether the texts that are numbers are plain ones; what is none is refused, however it is read."""
    plain = re.compile(rf"-?[0-9]{{1,14}}(?:{re.escape(decimal)}[0-9]{{1,4}})?")
    others = [text for text in texts if not plain.fullmatch(text)]
    return len(others) <= min(_MOST_JUNK, len(texts) - 1) and not any(map(is_number, others))


def _pattern_of(plan: Plan, column: str, texts: Sequence[str]) -> str:
    """Return the one pattern that every text has, or nothing."""
    forms = plan.times.get(column, ())
    if len(forms) != 1:
        return ""
    patterns = forms[0].patterns[:1] or PLAIN_PATTERNS.get(forms[0].name, ())
    return next((each for each in patterns if all(_parses(text, each) for text in _some_of(texts))), "")


def _some_of(texts: Sequence[str]) -> Sequence[str]:
    return texts[:: max(1, len(texts) // _LOOKED_AT)]


def _parses(text: str, pattern: str) -> bool:
    try:
        _parsed(text, pattern)
    except ValueError:
        return False
    return True


def _parsed(text: str, pattern: str) -> datetime:
    return datetime.strptime(text, pattern.replace("%-", "%"))


def _words(column: Column, texts: Sequence[str], plan: Plan, shop: Shop) -> list[str]:
    """Return the few texts of a column in order, or nothing where it has many, or more than passes."""
    if column.name == "currency" and plan.table.name == "orders":
        is_told = plan.has_signs or plan.currency not in {"", shop.currency}
        return [shop.currency] if not is_told and set(texts) == {shop.currency} else []
    if column.name not in _UNTOUCHED or len(texts) > _MOST_WORDS:
        return []
    return sorted(texts) if all(len(text.encode()) <= _WORD_BYTES for text in texts) else []
