"""Dialects: how a shop system's file maps to a canonical table, one declarative file each.

A dialect is chosen by its table, by the header, by the first record and by the object's key. A shop adds its
own by writing the same kind of file; `docs/dialects.md` explains every key.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.logic.ingest.event_words import EVENT_WORDS
from patronage.logic.queries import identifier, literal
from patronage.logic.tables import TABLES, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OF_ONE_ROW = frozenset(
    ("line", "product_id", "description", "quantity", "unit_price", "discount", "tax", "shipping", "kind")
)
_VALUE = re.compile(r"[-+]?\d[\d.,:/ T-]*")
_TEXT_OR_NAME = re.compile(r"""'(?:[^']|'')*'|"((?:[^"]|"")+)\"""")


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
        return next((found for name in names if (found := _found(name, header))), None)

    def expression_of(self, column: str, header: Sequence[str]) -> str | None:
        """Return the SQL of a canonical column, or None where it has none that this header supports."""
        sql = self._rest_of(header) if column == self.rest else self.expressions.get(column)
        return sql if sql is not None and not _lacking(sql, header) else None

    def _rest_of(self, header: Sequence[str]) -> str | None:
        """Write the object of the columns that are not named; cells without a text are left out of it."""
        named = {self.source_of(column, header) for column in (*self.columns, *self.optional)}
        named |= {name for sql in self.expressions.values() for name in _named_in(sql)}
        cells = [f"{literal(name)}, NULLIF({identifier(name)}, '')" for name in header if name not in named]
        if not cells:
            return None
        return f"NULLIF(CAST(json_merge_patch('{{}}', json_object({', '.join(cells)})) AS VARCHAR), '{{}}')"

    def missing_from(self, header: Sequence[str]) -> list[str]:
        """List the columns that the file would need and lacks."""
        names = [(wanted,) if isinstance(wanted, str) else wanted for wanted in self.columns.values()]
        return [each[0] for each in names if not any(_found(name, header) for name in each)]


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
        return {name: "NULL" if _lacking(sql, header) else sql for name, sql in self.computed.items()}

    @property
    def weight(self) -> int:
        """How much a file must have to fit; the most demanding dialect is tried first."""
        return len({*map(str, self.columns.values()), *self.header, *self.cells}) + 2 * bool(self.key)

    def lacks(self, header: Sequence[str]) -> list[str]:
        """List the columns that a file of this dialect has and this header lacks."""
        absent = [*self.missing_from(header), *(name for name in self.header if not _found(name, header))]
        conditions = " ".join((self.explode, *(rows.where for rows in (self, *self.also))))
        return list(dict.fromkeys([*absent, *_lacking(conditions, header)]))

    def fits_key(self, key: str) -> bool:
        """Say whether a file of this dialect may have this key."""
        return not self.key or re.search(self.key, key, re.IGNORECASE) is not None

    def fits(self, header: Sequence[str], first: Mapping[str, str], key: str) -> bool:
        """Say whether a file with this header, first record and key is of this dialect."""
        if self.lacks(header) or not self.fits_key(key):
            return False
        texts = {name: first.get(_found(name, header) or "", "") for name in self.cells}
        return all(re.fullmatch(pattern, texts[name]) for name, pattern in self.cells.items())

    def fits_headerless(self, cells: Sequence[str], delimiter: str, key: str) -> bool:
        """Say whether a file without a header, whose first record has these cells, is of this dialect."""
        names = self.format.get("header", ())
        if len(names) != len(cells) or self.format.get("delimiter", delimiter) != delimiter:
            return False
        return self.fits(names, dict(zip(names, cells, strict=True)), key)


def _found(name: str, header: Sequence[str]) -> str | None:
    """Return the header's spelling of a column, which may differ in case and in `_`, `-` and blank."""
    if name in header:
        return name
    plain = _plain(name)
    return next((column for column in header if _plain(column) == plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]+", "_", name.strip()).casefold()


def _lacking(sql: str, header: Sequence[str]) -> list[str]:
    known = {name.casefold() for name in header}
    return [name for name in _named_in(sql) if name.casefold() not in known]


def _named_in(sql: str) -> list[str]:
    return [name.replace('""', '"') for name in _TEXT_OR_NAME.findall(sql) if name]


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
    folder = resources.files("patronage.logic.ingest").joinpath("dialects")
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    shipped = [parse_dialect(text, name) for name, text in texts.items() if name.endswith(".toml")]
    return by_demand([*shipped, *(canonical(table) for table in TABLES.values())])


def by_demand(known: Sequence[Dialect]) -> tuple[Dialect, ...]:
    """Sort dialects so that the most demanding comes first, Patronage's own columns before equals."""
    return tuple(sorted(known, key=lambda each: (-each.weight, each.name != "canonical", each.name)))


def parse_dialect(text: str, place: str) -> Dialect:
    """Read a dialect from TOML.

    Raises
    ------
    BadInput
        The text is no TOML, or names a key, table or column that does not exist; the message names `place`.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadInput(f"{place}: {exc}; mend the dialect there") from exc
    also = [_rows(Rows, each, place) for each in values.pop("also", ())]
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
    return dialect


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
    try:
        return kind(**values)
    except TypeError as exc:
        raise BadInput(f"{place}: a dialect needs name and table ({exc})") from exc


def choose_dialect(
    known: Sequence[Dialect],
    header: Sequence[str],
    *,
    table: str | None,
    first: Mapping[str, str],
    key: str,
) -> Dialect:
    """Return the first dialect that fits a file with a header.

    Parameters
    ----------
    known : sequence of Dialect
        The most demanding first.
    header : sequence of str
        The file's columns.
    table : str, optional
        The canonical table that the file was uploaded for, where its key says so.
    first : mapping
        Column to the first non-empty cell.
    key : str
        The object's key.

    Raises
    ------
    BadInput
        No dialect of the table fits. The message names the columns of the one that came nearest.
    """
    fitting = [dialect for dialect in known if dialect.fits(header, first, key)]
    fitting.sort(
        key=lambda dialect: "header" in dialect.format
    )  # names that a file does not write count least
    chosen = next((dialect for dialect in fitting if table in {None, dialect.table}), None)
    if chosen is not None:
        return chosen
    if fitting and _named_by(_nearest(known, header, table), header) <= _named_by(fitting[0], header):
        other = fitting[0]
        raise BadInput(
            f"the columns are those of {other.name}, which belongs to {other.table}, not {table}; "
            f"upload the file below raw/{other.table}/"
        )
    raise BadInput(_no_fit(known, header, table))


def _no_fit(known: Sequence[Dialect], header: Sequence[str], table: str | None) -> str:
    listed = ", ".join(map(repr, header[:20])) + (" …" if len(header) > 20 else "")
    nearest = _nearest(known, header, table)
    missing = ", ".join(map(repr, nearest.lacks(header))) or "other cells"
    if any(_VALUE.fullmatch(name.strip()) for name in header):
        missing += (
            ". The first line holds values, no names: where the file has no header, name its columns by "
            "`header` in its sidecar"
        )
    return (
        f"no dialect fits the columns {listed}; the nearest, {nearest.name} of {nearest.table}, also needs "
        f"{missing}. Rename the columns, export them too, or write a dialect (docs/dialects.md)"
    )


def _nearest(known: Sequence[Dialect], header: Sequence[str], table: str | None) -> Dialect:
    """Return the dialect of which the header has the greatest share; Patronage's own columns first."""
    rivals = [each for each in known if table in {None, each.table} and not each.format.get("header")]

    def far(dialect: Dialect) -> tuple[float, bool, int]:
        needed = max(1, len(dialect.columns) + len(dialect.header))
        return -_named_by(dialect, header) / needed, dialect.name != "canonical", -dialect.weight

    return min(rivals or known, key=far)


def _named_by(dialect: Dialect, header: Sequence[str]) -> int:
    """Count the columns that a dialect needs and a header has."""
    return len(dialect.columns) + len(dialect.header) - len(dialect.lacks(header))


def choose_headerless(
    known: Sequence[Dialect], cells: Sequence[str], *, delimiter: str, table: str | None, key: str
) -> Dialect | None:
    """Return the first dialect of files without a header whose first record could be these cells.

    Where the delimiter is a line feed, each line is one cell.
    """
    rivals = (dialect for dialect in known if "header" in dialect.format and table in {None, dialect.table})
    return next((each for each in rivals if each.fits_headerless(cells, delimiter, key)), None)
