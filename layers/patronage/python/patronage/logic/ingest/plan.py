"""How one file is read: what was detected, what was given, and what is in doubt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patronage.logic.ingest.plain import PlainColumns
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.ingest.dialects import Dialect
    from patronage.logic.ingest.recognition import Format
    from patronage.logic.ingest.values import NumberStyle, TimeFormat
    from patronage.logic.tables import Table


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the records of a file become typed rows.

    Parameters
    ----------
    format : Format
        Container, encoding, delimiter, header.
    dialect : Dialect
        Which column is which.
    header : tuple of str
        The file's columns.
    times : mapping
        Canonical column to the formats of its times; where there are several, the first that parses.
    numbers : mapping
        Canonical column to the style of its numbers.
    untold : frozenset of str
        Columns of times and amounts of which the sample did not tell the form, so that a later text may.
    unfloated, stripped : frozenset of str
        Id columns whose ``.0`` or whose padding is taken off.
    currency : str
        Of rows that name none; empty for the shop's.
    has_signs : bool
        Whether prices of the sample name currencies, so that each row's price tells its own where the
        row does not.
    split_orders : bool
        Whether the parts of an order over several files are united.
    plain : PlainColumns
        The columns that the reader of a CSV file may turn into values.
    doubts : tuple of str
        What a person should check.
    """

    format: Format
    dialect: Dialect
    header: tuple[str, ...]
    times: Mapping[str, tuple[TimeFormat, ...]] = field(default_factory=dict)
    numbers: Mapping[str, NumberStyle] = field(default_factory=dict)
    untold: frozenset[str] = frozenset()
    unfloated: frozenset[str] = frozenset()
    stripped: frozenset[str] = frozenset()
    currency: str = ""
    has_signs: bool = False
    split_orders: bool = False
    plain: PlainColumns = field(default_factory=PlainColumns)
    doubts: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        """The canonical table that the file belongs to."""
        return TABLES[self.dialect.table]

    @property
    def sql_of(self) -> str:
        """The dialect's name where it brings SQL or patterns of its own; else empty."""
        dialect = self.dialect
        kinds = (dialect, *dialect.also)
        has_sql = dialect.computed or dialect.explode or any(each.expressions or each.where for each in kinds)
        has_patterns = dialect.cancellation_order_id or dialect.fee_product_id
        return dialect.name if has_sql or has_patterns else ""

    def has(self, column: str) -> bool:
        """Say whether some record of the file may say something of a canonical column."""
        kinds = (self.dialect, *self.dialect.also)
        return any(
            column in rows.defaults
            or rows.expression_of(column, self.header) is not None
            or rows.source_of(column, self.header) is not None
            for rows in kinds
        )

    @property
    def may_have_signs(self) -> bool:
        """Whether no price of the sample names a currency, so that one that does would be news."""
        return not self.has_signs and "currency" not in self.dialect.defaults

    def types_of(self, plain: PlainColumns) -> dict[str, str]:
        """Return the types of the file's plain columns, by the file's names."""
        found = {self.dialect.source_of(name, self.header): kind for name, kind in plain.types.items()}
        return {name: kind for name, kind in found.items() if name is not None}

    def detected(self) -> dict[str, Any]:
        """Return what a report says of the file's form."""
        found = self.format
        said = {
            "format": found.kind,
            "compression": found.compression,
            "encoding": found.encoding,
            "delimiter": found.delimiter,
            "quote": found.quote,
            "skipped_lines": found.skipped_lines,
            "member": found.member,
            "shape": found.shape,
            "table": self.table.name,
            "dialect": self.dialect.name,
            "times": {name: " or ".join(each.name for each in forms) for name, forms in self.times.items()},
            "numbers": {name: style.name for name, style in self.numbers.items()},
            "unfloated": sorted(self.unfloated),
            "stripped": sorted(self.stripped),
        }
        return {name: value for name, value in said.items() if value not in ("", 0, [], {})}
