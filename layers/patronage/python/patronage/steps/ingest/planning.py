"""Decide how a file is read: its form, its dialect, and the form of each column's values."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from patronage.engines.failures import faults_told
from patronage.engines.reading import TextSource, parquet_source, recognise
from patronage.engines.records import RecordReader, row_ranges
from patronage.errors import BadInput
from patronage.logic.ingest.dialects import Dialect, canonical, choose_dialect, choose_headerless
from patronage.logic.ingest.mapping import mapped_sql, text_name
from patronage.logic.ingest.plan import Plan
from patronage.logic.ingest.recognition import ONE_CELL
from patronage.logic.ingest.values import (
    NumberGuess,
    NumberStyle,
    TimeGuess,
    evidence_sql,
    float_ids_sql,
    given_number_style,
    given_time_format,
    guess_numbers,
    guess_times,
    names_currency,
    number_evidence_sql,
    settle_numbers,
    settle_times,
)
from patronage.logic.queries import literal
from patronage.logic.tables import TABLES
from patronage.steps.ingest.chunks import held_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.engines.reading import Chunk
    from patronage.engines.records import RowRange
    from patronage.logic.ingest.options import Options
    from patronage.logic.ingest.recognition import Format
    from patronage.logic.tables import Column
    from patronage.settings import Shop
    from patronage.steps.ingest.upload import Upload

CHUNK_BYTES = 16 << 20
WHOLE_BYTES = 512 << 20
_SAMPLE = 4_000
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.0+")
_ONE_COLUMN = "\x01"
_NONE = Dialect(name="", table="orders")
"""Stands in a plan until the dialect is chosen."""


@dataclass
class Source:
    """The chunks of a file, as often as they are wanted.

    Parameters
    ----------
    path : Path
        The file; of a packed Parquet file, what was unpacked.
    format : Format
        Its form.
    whole : bool
        Whether the file must come as one chunk.
    """

    path: Path
    format: Format
    whole: bool = False
    rows: int = 0
    delimiter: str = ""
    doubts: tuple[str, ...] = ()

    def chunks(self) -> Iterator[Chunk | RowRange]:
        """Walk through the file."""
        if self.format.kind == "parquet":
            yield from row_ranges(self.path, self.rows, whole=self.whole)
            return
        text = TextSource(self.path, self.format, chunk_bytes=WHOLE_BYTES if self.whole else CHUNK_BYTES)
        self.delimiter = text.delimiter or {"json": _ONE_COLUMN}.get(self.format.kind, ",")
        for chunk in text:
            if self.whole and chunk.number:
                raise BadInput(
                    f"rows of such a file belong together, and it exceeds {WHOLE_BYTES >> 20} MB; split it "
                    "between two orders, with the header in each part, and upload the parts"
                )
            yield chunk
        self.doubts = text.doubts


@dataclass
class _Columns:
    """What was guessed of a file's columns, and what the whole file must still say."""

    times: dict[str, TimeGuess] = field(default_factory=dict)
    numbers: dict[str, NumberGuess] = field(default_factory=dict)
    floats: set[str] = field(default_factory=set)

    def open_names(self) -> set[str]:
        """Return the columns that the first chunk leaves open."""
        open_times = {name for name, guess in self.times.items() if guess.rivals}
        return open_times | {name for name, guess in self.numbers.items() if guess.rivals}

    def doubts(self, names: set[str]) -> list[str]:
        """Return what a person should know of these columns."""
        told = {name: guess.doubt for name, guess in self.times.items()}
        told |= {name: guess.doubt for name, guess in self.numbers.items()}
        return [f"{name}: {told[name]}" for name in told if name in names and told[name]]


def make_plan(
    upload: Upload, engine: DuckEngine, *, shop: Shop, options: Options, folder: Path
) -> tuple[Plan, Source]:
    """Recognise a file and decide how it is read.

    Parameters
    ----------
    upload : Upload
        The file.
    engine : DuckEngine
        Reads its first records, and all of them where these leave a doubt.
    shop : Shop
        Gives the preferences.
    options : Options
        What is given instead of detected.
    folder : Path
        Where a packed file may be unpacked.

    Raises
    ------
    BadInput
        The file cannot be read, or no dialect fits.
    """
    found = recognise(upload.path, given=options.given())
    is_parquet = found.kind == "parquet"
    path = parquet_source(upload.path, found, folder) if found.kind == "parquet" else upload.path
    source = Source(path, found)
    header = found.header
    with faults_told(is_parquet=is_parquet):
        if is_parquet:
            header, source.rows = _parquet_header(engine, path)
        plan = _with_dialect(
            Plan(format=found, dialect=_NONE, header=header), upload, source, engine, options
        )
    source.format, source.whole = plan.format, plan.dialect.is_whole
    with faults_told(is_parquet=is_parquet, sql_of=plan.sql_of):
        plan = _with_values(plan, source, engine, shop=shop, options=options)
    if options.strict and plan.doubts:
        raise BadInput(f"the file is in doubt, and strict is set: {'; '.join(plan.doubts)}")
    return plan, source


def _parquet_header(engine: DuckEngine, path: Path) -> tuple[tuple[str, ...], int]:
    file = f"read_parquet({literal(str(path))})"
    header = tuple(row["column_name"] for row in engine.rows(f"DESCRIBE FROM {file}"))
    return header, engine.row(f"SELECT COUNT(*) AS n FROM {file}")["n"]


def _with_dialect(plan: Plan, upload: Upload, source: Source, engine: DuckEngine, options: Options) -> Plan:
    table = options.table or upload.table
    known = options.known_dialects
    if options.dialect:
        known = tuple(each for each in known if each.name == options.dialect)
        if not known:
            names = sorted({each.name for each in options.known_dialects})
            near = get_close_matches(options.dialect, names, cutoff=0.5) or names
            raise BadInput(
                f"dialect = {options.dialect!r} is unknown; near it are {', '.join(near)}. Correct it, or "
                "leave it out and let the header tell"
            )
    if plan.format.kind == "csv" and options.has_header is None and not options.header:
        for bare in _without_header(plan.format, known, upload.key):
            cells = _first_cells(Source(source.path, bare))
            headerless = choose_headerless(
                known, cells, delimiter=bare.delimiter, table=table, key=upload.key
            )
            if headerless is not None:
                header = tuple(headerless.format["header"])
                return replace(plan, dialect=headerless, header=header, format=replace(bare, header=header))
    if plan.format.kind == "json" and not plan.header and table and next(iter(source.chunks()), None) is None:
        return replace(plan, dialect=canonical(TABLES[table]))
    first = _first_record(plan, source, engine)
    dialect = choose_dialect(known, plan.header, table=table, first=first, key=upload.key)
    header = plan.header
    if plan.format.kind == "json":  # a key may be missing from the first records
        header = tuple(dict.fromkeys([*header, *_named(dialect)]))
    form = plan.format
    if (
        form.kind == "csv" and options.quote is None
    ):  # such as quotes that a file does not double inside cells
        form = replace(form, quote=dialect.format.get("quote", form.quote))
    return replace(plan, dialect=dialect, header=header, format=form)


def _without_header(found: Format, known: Sequence[Dialect], key: str) -> Iterator[Format]:
    """Yield how a file without a header is read: as recognised, and a line a cell where that may be."""
    bare = replace(found, has_header=False)
    yield bare
    if any(each.format.get("delimiter") == ONE_CELL and each.fits_key(key) for each in known):
        yield replace(bare, delimiter=ONE_CELL, quote="", skipped_lines=0, header=("line",), doubts=())


def _first_cells(source: Source) -> list[str]:
    chunk = next(iter(source.chunks()), None)
    if chunk is None or not hasattr(chunk, "content"):
        return []
    text = chunk.content[: 1 << 16].decode("utf-8", "replace").lstrip("\r\n")
    if len(source.delimiter) != 1:
        return text.splitlines()[0].split(source.delimiter) if text else []
    quote = source.format.quote
    quoting: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=source.delimiter, **quoting), [])


def _first_record(plan: Plan, source: Source, engine: DuckEngine) -> dict[str, str]:
    """Return the first non-empty cell of each column, of the first hundred records."""
    if not plan.header:
        return {}
    chunk = next(iter(source.chunks()), None)
    if chunk is None:
        return {}
    reader = RecordReader(engine, plan, delimiter=source.delimiter)
    try:
        rows = engine.rows(f"SELECT * FROM ({reader.source(chunk)}) LIMIT 100")
    finally:
        reader.close()
    first: dict[str, str] = {}
    for row in rows:
        for name in plan.header:
            if row[name] and name not in first:
                first[name] = row[name]
    return first


def _named(dialect: Dialect) -> Iterator[str]:
    for mapping in (dialect.columns, dialect.optional):
        for names in mapping.values():
            yield from (names,) if isinstance(names, str) else names


def _with_values(plan: Plan, source: Source, engine: DuckEngine, *, shop: Shop, options: Options) -> Plan:
    """Guess each column's form from the first chunk; let the whole file decide where that is open."""
    day_first = shop.day_first if options.day_first is None else options.day_first
    texts = _sampled(plan, source, engine)
    pinned = _pinned(plan)
    guesses = _Columns()
    for column in plan.table.source_columns:
        sample = texts.get(column.name, [])
        if column.name in pinned or not sample:
            continue
        if column.is_time:
            guesses.times[column.name] = guess_times(sample, prefers_day_first=day_first)
        elif column.is_amount and not plan.dialect.decimal:
            guesses.numbers[column.name] = guess_numbers(sample)
    guesses.floats = {
        name for name in _may_be_floats(plan, options) if _all_match(texts.get(name, ()), _is_float)
    }
    were_open = guesses.open_names()
    if were_open or guesses.floats:
        _settle(guesses, plan, source, engine, day_first=day_first)
    ids = [column.name for column in plan.table.source_columns if column.is_id]
    stripped = frozenset(name for name in ids if _all_match(texts.get(name, []), _is_padded))
    times = {name: (guess.chosen,) for name, guess in guesses.times.items() if guess.chosen is not None}
    if options.day_first is not None:
        were_open -= {name for name, guess in guesses.times.items() if guess.rivals}  # somebody has said it
    doubts = [*plan.format.doubts, *source.doubts, *plan.dialect.doubts, *guesses.doubts(were_open)]
    return replace(
        plan,
        times={**times, **pinned},
        numbers=_styles(plan, guesses),
        unfloated=frozenset(guesses.floats),
        stripped=stripped,
        currency=options.currency,
        has_signs=not plan.has("currency") and any(map(names_currency, texts.get("unit_price", ()))),
        split_orders=options.split_orders,
        doubts=tuple(dict.fromkeys(doubts)),
    )


def _may_be_floats(plan: Plan, options: Options) -> list[str]:
    """Return the id columns that are unfloated where each of their cells is a whole number in float form."""
    ids = [column.name for column in plan.table.source_columns if column.is_id]
    if not options.unfloat:
        return []
    return ids if plan.dialect.unfloat is None else [name for name in ids if name in plan.dialect.unfloat]


def _styles(plan: Plan, guesses: _Columns) -> dict[str, NumberStyle]:
    if plan.dialect.decimal:
        pinned = given_number_style(plan.dialect.decimal, "." if plan.dialect.decimal == "," else ",")
        return {column.name: pinned for column in plan.table.source_columns if column.is_amount}
    return {name: guess.chosen for name, guess in guesses.numbers.items()}


def _pinned(plan: Plan) -> dict[str, Any]:
    pinned = {}
    for name, patterns in plan.dialect.times.items():
        listed = (patterns,) if isinstance(patterns, str) else patterns
        pinned[name] = tuple(given_time_format([pattern]) for pattern in listed)
    return pinned


def _sampled(plan: Plan, source: Source, engine: DuckEngine) -> dict[str, list[str]]:
    """Return different texts of each canonical column, from the first chunk."""
    chunk = next(iter(source.chunks()), None)
    if chunk is None:
        return {}
    reader = RecordReader(engine, plan, delimiter=source.delimiter)
    try:
        engine.temporary(
            "sample", f"SELECT * FROM ({mapped_sql(plan, held_source(engine, plan, reader.source(chunk)))})"
        )
    finally:
        reader.close()
    texts = {}
    for column in plan.table.source_columns:
        name = _given_text(column)
        wanted = (
            f"SELECT DISTINCT text FROM (SELECT {name} AS text FROM sample WHERE {name} IS NOT NULL "
            f"LIMIT {50 * _SAMPLE}) LIMIT {_SAMPLE}"
        )
        texts[column.name] = [row["text"] for row in engine.rows(wanted)]
    return texts


def _given_text(column: Column) -> str:
    """Write what the file says of a column; of the line id not the number that stands for it."""
    return "CASE WHEN has_line_id THEN line END" if column.name == "line" else text_name(column)


def _settle(guesses: _Columns, plan: Plan, source: Source, engine: DuckEngine, *, day_first: bool) -> None:
    """Count through the whole file what speaks for each form."""
    counts = _count_evidence(guesses, plan, source, engine)
    for name, guess in guesses.times.items():
        if guess.rivals and guess.chosen is not None:
            forms = (guess.chosen, *guess.rivals)
            evidence = {form.name: counts[f"{name} {form.name}"] for form in forms}
            guesses.times[name] = settle_times(guess, evidence, prefers_day_first=day_first)
    for name, number in guesses.numbers.items():
        if number.rivals:
            evidence = {
                style.name: counts[f"{name} {style.name}"] for style in (number.chosen, *number.rivals)
            }
            guesses.numbers[name] = settle_numbers(number, evidence)
    guesses.floats = {name for name in guesses.floats if not counts[f"{name} not float"]}


def _count_evidence(guesses: _Columns, plan: Plan, source: Source, engine: DuckEngine) -> dict[str, int]:
    asked: dict[str, str] = {}
    for name, guess in guesses.times.items():
        if guess.rivals and guess.chosen is not None:
            forms = (guess.chosen, *guess.rivals)
            asked |= zip_names(name, [form.name for form in forms], evidence_sql(f"{name}_text", forms))
    for name, number in guesses.numbers.items():
        if number.rivals:
            styles = (number.chosen, *number.rivals)
            asked |= zip_names(
                name, [style.name for style in styles], number_evidence_sql(f"{name}_text", styles)
            )
    for name in guesses.floats:
        text = _given_text(plan.table[name])
        are_floats = f"{float_ids_sql(text)} AND NOT BOOL_OR(regexp_matches({text}, '^-?0[0-9]'))"
        asked[f"{name} not float"] = f"CASE WHEN COALESCE({are_floats}, TRUE) THEN 0 ELSE 1 END"
    cells = ", ".join(f"{sql} AS n{number}" for number, sql in enumerate(asked.values()))
    counts = dict.fromkeys(asked, 0)
    reader = RecordReader(engine, plan, delimiter=source.delimiter)
    try:
        for chunk in source.chunks():
            mapped = mapped_sql(plan, held_source(engine, plan, reader.source(chunk)))
            row = engine.row(f"SELECT {cells} FROM ({mapped})")
            for name, value in zip(asked, row.values(), strict=True):
                counts[name] += int(value or 0)
    finally:
        reader.close()
    return counts


def zip_names(column: str, names: Sequence[str], expressions: Sequence[str]) -> dict[str, str]:
    """Name the expressions that count what speaks for the forms of a column."""
    return {f"{column} {name}": sql for name, sql in zip(names, expressions, strict=True)}


def _all_match(texts: Sequence[str], is_so: Any) -> bool:
    return bool(texts) and all(map(is_so, texts))


def _is_float(text: str) -> bool:
    """Say whether a text is a whole number in float form; a number has no leading zero."""
    return _FLOAT.fullmatch(text) is not None


def _is_padded(text: str) -> bool:
    return text != text.strip()
