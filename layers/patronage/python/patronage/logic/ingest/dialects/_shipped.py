"""The dialects that Patronage brings: a TOML file each in this folder, and its own columns."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from patronage.logic.ingest.dialects._model import Dialect
from patronage.logic.ingest.dialects._toml import parse_dialect
from patronage.logic.ingest.event_words import EVENT_WORDS
from patronage.logic.tables import TABLES, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALSO_IN_CANONICAL = {"orders": {"customer_id"}, "products": {"title"}, "events": {"occurred_at"}}
"""Columns without which a file is not taken for Patronage's own; their cells may be empty."""


def canonical(table: Table) -> Dialect:
    """Return the dialect of Patronage's own columns, for a shop that writes its export itself."""
    names = {column.name: column.name for column in table.source_columns}
    required = {column.name for column in table.source_columns if column.required}
    required |= _ALSO_IN_CANONICAL.get(table.name, set())
    return Dialect(
        name="canonical",
        table=table.name,
        about=f"Patronage's own columns of {table.name}",
        columns={name: name for name in names if name in required},
        optional={name: name for name in names if name not in required},
        values={"event_type": EVENT_WORDS} if table.name == "events" else {},
    )


@cache
def dialects() -> tuple[Dialect, ...]:
    """Return the dialects that Patronage ships, the most demanding first."""
    files = [
        file
        for file in resources.files("patronage.logic.ingest.dialects").iterdir()
        if file.name.endswith(".toml")
    ]
    shipped = [parse_dialect(file.read_text(encoding="utf-8"), file.name) for file in files]
    return by_demand([*shipped, *(canonical(table) for table in TABLES.values())])


def by_demand(known: Sequence[Dialect]) -> tuple[Dialect, ...]:
    """Sort dialects so that the most demanding comes first, Patronage's own columns before equals."""
    return tuple(sorted(known, key=lambda each: (-each.weight, each.name != "canonical", each.name)))
