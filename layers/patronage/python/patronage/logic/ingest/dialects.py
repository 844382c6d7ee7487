"""Dialects: how a shop system's file maps to a canonical table, one declarative file each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.logic.tables import SOURCE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """A mapping from a file's columns to those of `orders`.

    Parameters
    ----------
    name : str
        How reports call it.
    columns : mapping
        Canonical column to the file's column.
    optional : mapping
        The same for columns that may be absent.
    defaults : mapping
        Canonical column to the text that stands for it in every row.
    date_formats : sequence of str
        `strptime` formats of times; where there is none, ISO 8601 is read. A time without an offset is
        in the shop's zone.
    cancellation_order_id, fee_product_id : str, optional
        Regular expressions that mark a cancelled line by its order id and a fee (postage, a bank charge)
        by its product id.
    unfloat_customer_id : bool
        Turn ``13085.0`` into ``13085`` where every customer id of the file has that form: what is left
        when a spreadsheet or pandas held the ids as floats.
    """

    name: str
    columns: Mapping[str, str]
    optional: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    date_formats: Sequence[str] = ()
    cancellation_order_id: str | None = None
    fee_product_id: str | None = None
    unfloat_customer_id: bool = False

    def fits(self, header: Sequence[str]) -> bool:
        """Say whether the file has every column that the dialect needs."""
        return set(self.columns.values()) <= set(header)

    def source_of(self, column: str, header: Sequence[str]) -> str | None:
        """Return the file's column for a canonical one, or None where the file has none."""
        source = self.columns.get(column) or self.optional.get(column)
        return source if source in header else None


@cache
def dialects() -> tuple[Dialect, ...]:
    """Return the dialects that Patronage knows, the most demanding first."""
    folder = resources.files("patronage.logic.ingest").joinpath("dialects")
    texts = (file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".toml"))
    known = [_parse(tomllib.loads(text)) for text in texts]
    return tuple(sorted(known, key=lambda dialect: (-len(dialect.columns), dialect.name)))


def choose_dialect(header: Sequence[str]) -> Dialect:
    """Return the first dialect that fits a header.

    Raises
    ------
    BadInput
        No dialect fits. The message names the columns of the one that came nearest.
    """
    for dialect in dialects():
        if dialect.fits(header):
            return dialect
    nearest = min(dialects(), key=lambda dialect: len(set(dialect.columns.values()) - set(header)))
    missing = [name for name in nearest.columns.values() if name not in header]
    raise BadInput(
        f"no dialect fits the columns {', '.join(map(repr, header))}; the nearest, {nearest.name}, also "
        f"needs {', '.join(map(repr, missing))}. Rename the columns, or export them too"
    )


def _parse(values: dict[str, Any]) -> Dialect:
    dialect = Dialect(**values)
    for column in (*dialect.columns, *dialect.optional, *dialect.defaults):
        if column not in SOURCE_COLUMNS:
            raise BadInput(f"dialect {dialect.name!r} maps {column!r}, which is no column of orders")
    return dialect
