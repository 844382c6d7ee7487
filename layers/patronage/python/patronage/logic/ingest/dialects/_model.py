"""What a dialect says: which column is which, which records are rows, and by what such a file is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.logic.ingest.dialects._names import column_in, lacking, named_in
from patronage.logic.queries import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Rows:
    """How records become rows of the canonical table.

    Parameters
    ----------
    columns : mapping
        Canonical column to the file's column, or to several of which the first that the file has is taken.
        The file must have one of them.
    optional : mapping
        The same for columns that the file may lack.
    defaults : mapping
        Canonical column to the text that stands where the file says nothing.
    expressions : mapping
        Canonical column to a scalar SQL expression over the file's columns, each text and quoted like
        ``"Lineitem name"``; it goes before `columns`, and is left out where the file lacks one of them.
    values : mapping
        Canonical column to a mapping from the file's text to the canonical one. An event may also go by
        the words of `EVENT_WORDS`.
    rest : str
        Canonical column that takes, as a JSON object, the columns of which nothing else is made.
    where : str
        SQL condition of the records that are rows; the others only continue one, such as a further picture.
    """

    columns: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    optional: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    expressions: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rest: str = ""
    where: str = ""

    def source_of(self, column: str, header: Sequence[str]) -> str | None:
        """Return the file's column for a canonical one, or None where the file has none."""
        wanted = self.columns.get(column) or self.optional.get(column) or ()
        names = (wanted,) if isinstance(wanted, str) else wanted
        return next((found for name in names if (found := column_in(name, header))), None)

    def expression_of(self, column: str, header: Sequence[str]) -> str | None:
        """Return the SQL of a canonical column, or None where it has none that this header supports."""
        sql = self._rest_of(header) if column == self.rest else self.expressions.get(column)
        return sql if sql is not None and not lacking(sql, header) else None

    def _rest_of(self, header: Sequence[str]) -> str | None:
        """Write the object of the columns that are not named; cells without a text are left out of it."""
        named = {self.source_of(column, header) for column in (*self.columns, *self.optional)}
        named |= {name for sql in self.expressions.values() for name in named_in(sql)}
        cells = [f"{literal(name)}, NULLIF({identifier(name)}, '')" for name in header if name not in named]
        if not cells:
            return None
        return f"NULLIF(CAST(json_merge_patch('{{}}', json_object({', '.join(cells)})) AS VARCHAR), '{{}}')"

    def missing_from(self, header: Sequence[str]) -> list[str]:
        """List the columns that the file would need and lacks."""
        names = [(wanted,) if isinstance(wanted, str) else wanted for wanted in self.columns.values()]
        return [each[0] for each in names if not any(column_in(name, header) for name in each)]


@dataclass(frozen=True, kw_only=True)
class Dialect(Rows):
    """A mapping from a file's columns to those of a canonical table, beside what `Rows` says.

    Parameters
    ----------
    name, table, about, see : str
        How reports call it, the canonical table, what writes such files, and where that is documented.
    header : sequence of str
        Columns that tell the dialect although no canonical column is made of them.
    cells : mapping
        Column to a regular expression that its first non-empty cell must match.
    key : str
        Regular expression that the object's key must match.
    format : mapping
        What recognition cannot know: ``header`` of a file that has none, ``delimiter``, ``quote``, …
    times : mapping
        Canonical column to `strptime` patterns, or to ``iso``, ``epoch_s``, ``epoch_ms``, ``epoch_us``.
    decimal : str
        The decimal mark of every number; empty where each column is looked at.
    prices_exclude_tax : bool
        Of orders: whether amounts are before tax in any such file, so that the shop's setting
        `prices_include_tax` does not count.
    unfloat : sequence of str, optional
        The id columns where ``13085.0`` may stand for ``13085``, what is left when a spreadsheet or pandas
        held the ids as floats; None for all of them. It does where every id of the column has that form.
    fill_down : mapping
        ``by`` a column, the `columns` that only the first record of an order carries.
    computed : mapping
        Name to a SQL expression over the file's columns and over what was computed before it, such as an
        order's sum; expressions and conditions use it by its bare name. NULL where the file lacks a column.
    explode : str
        SQL list over the record; each element becomes a row, in expressions `item` and `position` (from 1).
    also : sequence of Rows
        Further rows from the same records, such as an order's shipping.
    needs_whole_file : bool
        Whether expressions look at other records.
    cancellation_order_id, fee_product_id : str
        Of orders: regular expressions that mark a cancelled line by its order id, and a fee (postage, a
        bank charge) by its product id.
    doubts : sequence of str
        What a reader of the report should know of such files.
    """

    name: str
    table: str
    about: str = ""
    see: str = ""
    header: Sequence[str] = ()
    cells: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    format: Mapping[str, Any] = field(default_factory=dict)
    times: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    decimal: str = ""
    prices_exclude_tax: bool = False
    unfloat: Sequence[str] | None = None
    fill_down: Mapping[str, Any] = field(default_factory=dict)
    computed: Mapping[str, str] = field(default_factory=dict)
    explode: str = ""
    also: Sequence[Rows] = ()
    needs_whole_file: bool = False
    cancellation_order_id: str = ""
    fee_product_id: str = ""
    doubts: Sequence[str] = ()

    @property
    def reads_raw_twice(self) -> bool:
        """Whether the records must be held before they are mapped."""
        return bool(self.also or self.explode or self.where or self.computed or self.is_whole)

    @property
    def is_whole(self) -> bool:
        """Whether a record's rows depend on other records of the file."""
        return bool(self.needs_whole_file or self.fill_down)

    def computed_from(self, header: Sequence[str]) -> dict[str, str]:
        """Return the SQL of what is computed; NULL where the header lacks a column for it.

        Raises
        ------
        BadInput
            The file has a column of that name.
        """
        taken = sorted({name.casefold() for name in header} & {name.casefold() for name in self.computed})
        if taken:
            raise BadInput(
                f"the dialect {self.name} computes {taken[0]!r}, and the file has a column of that name; "
                "rename the column and upload the file again"
            )
        return {name: "NULL" if lacking(sql, header) else sql for name, sql in self.computed.items()}

    @property
    def weight(self) -> int:
        """How much a file must have to fit; the most demanding dialect is tried first."""
        return len({*map(str, self.columns.values()), *self.header, *self.cells}) + 2 * bool(self.key)

    def lacks(self, header: Sequence[str]) -> list[str]:
        """List the columns that a file of this dialect has and this header lacks."""
        absent = [*self.missing_from(header), *(name for name in self.header if not column_in(name, header))]
        conditions = " ".join((self.explode, *(rows.where for rows in (self, *self.also))))
        return list(dict.fromkeys([*absent, *lacking(conditions, header)]))

    def fits_key(self, key: str) -> bool:
        """Say whether a file of this dialect may have this key."""
        return not self.key or re.search(self.key, key, re.IGNORECASE) is not None

    def fits(self, header: Sequence[str], first: Mapping[str, str], key: str) -> bool:
        """Say whether a file with this header, first record and key is of this dialect."""
        if self.lacks(header) or not self.fits_key(key):
            return False
        texts = {name: first.get(column_in(name, header) or "", "") for name in self.cells}
        return all(re.fullmatch(pattern, texts[name]) for name, pattern in self.cells.items())

    def fits_headerless(self, cells: Sequence[str], delimiter: str, key: str) -> bool:
        """Say whether a file without a header, whose first record has these cells, is of this dialect."""
        names = self.format.get("header", ())
        if len(names) != len(cells) or self.format.get("delimiter", delimiter) != delimiter:
            return False
        return self.fits(names, dict(zip(names, cells, strict=True)), key)
