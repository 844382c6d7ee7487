"""Type and judge the records of a chunk: by the reader itself where its columns are plain, else as texts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from patronage.engines.reading import Chunk
from patronage.engines.records import RecordReader
from patronage.errors import BadInput
from patronage.logic.ingest.mapping import absent_columns, judged_sql, rows_sql
from patronage.logic.ingest.places import after_blanks
from patronage.logic.ingest.plain import PlainColumns
from patronage.logic.queries import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from patronage.engines.duckdb import DuckSession
    from patronage.engines.records import RowRange, Unsplit
    from patronage.logic.ingest.plan import Plan
    from patronage.steps.ingest.chunks import Pass

    AnyChunk = Chunk | RowRange

_MOST_ODD = 1_000
_NONE = PlainColumns()
_WALL_EPOCH = "TIMESTAMP '1970-01-01 00:00:00'"
"""What the reader makes of the word ``epoch``."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is held of a chunk.

    Parameters
    ----------
    source : str
        The relation of its records.
    unsplit : list of Unsplit
        The records that could not be read, each with its rule.
    rows, broken : int
        How many rows are held, and how many of them break a rule.
    lined, sound_lined : int
        How many have a line id, and how many of those break no rule; of orders.
    is_in_doubt : bool
        Whether a plain time may have been a word, or a row lacks the line id of a plain column.
    """

    source: str
    unsplit: list[Unsplit]
    rows: int
    broken: int
    lined: int
    sound_lined: int
    is_in_doubt: bool

    @property
    def read(self) -> int:
        """How many records there are, those that could not be read among them."""
        return self.rows + len(self.unsplit)


class Judge:
    """Holds the rows of one chunk after the other as `judged`, in one session.

    Parameters
    ----------
    job : Pass
        What the pass is about.
    session : DuckSession
        Where the rows are held.
    """

    def __init__(self, job: Pass, session: DuckSession) -> None:
        self._job = job
        self._session = session
        self._plain = job.plan.plain
        self._reader = RecordReader(session, job.plan, delimiter=job.delimiter)
        self._odd_reader = RecordReader(session, job.plan, delimiter=job.delimiter)
        self._queries: dict[tuple[str, frozenset[str]], str] = {}

    def close(self) -> None:
        """Give the chunk's copy back."""
        self._reader.close()
        self._odd_reader.close()

    def judge(self, chunk: AnyChunk) -> Judged:
        """Hold the rows of a chunk."""
        if isinstance(chunk, Chunk) and (plain := self._plain_in(chunk)).types:
            judged = self._by_reader(chunk, plain)
            if judged is not None:
                return judged
        return self._as_texts(chunk)

    def by_rule(self, judged: Judged) -> Counter[str]:
        """Count the refused rows of the chunk that was judged last by the rule that they break."""
        counts = Counter(each.rule for each in judged.unsplit)
        if judged.broken:
            found = self._session.rows(
                "SELECT rule, COUNT(*) AS n FROM judged WHERE rule IS NOT NULL GROUP BY rule"
            )
            counts += Counter({row["rule"]: row["n"] for row in found})
        return counts

    def _plain_in(self, chunk: Chunk) -> PlainColumns:
        """Return what is plain in a chunk: the reader would take 1_000 for a number."""
        return self._plain.without(self._plain.amounts) if b"_" in chunk.content else self._plain

    def _by_reader(self, chunk: Chunk, plain: PlainColumns) -> Judged | None:
        """Hold the rows, if that gives what reading as texts would; else return nothing.

        Of the records that the reader left out for a cell that is not plain, those that are refused as texts
        as well are told with their rule. Where one is sound, its column is plain no more.
        """
        source = self._reader.source(chunk, plain)
        self._hold(source, plain)
        left_out = self._reader.unsplit()
        check_quotes(chunk, left_out)
        judged = self._summed_up(source, left_out, plain)
        odd = [each for each in left_out if each.has_cells]
        if judged.is_in_doubt:
            return None
        if not odd:
            return judged
        if not all(_stands(chunk.content, each) for each in odd):
            return None
        # Where the numbers of records are line ids, they differ if some records are left out.
        if len(odd) > _MOST_ODD or judged.lined < judged.rows:
            self._give_up(odd)
            return None
        rules = self._rules_as_texts(chunk, odd, plain)
        if rules is None:
            return None
        told = [replace(each, rule=each.rule or rules[each.start]) for each in left_out]
        return replace(judged, unsplit=told)

    def _as_texts(self, chunk: AnyChunk) -> Judged:
        source = held_source(self._session, self._job.plan, self._reader.source(chunk))
        self._hold(source)
        unsplit = self._reader.unsplit()
        check_quotes(chunk, unsplit)
        return self._summed_up(source, unsplit)

    def _rows(self, source: str, plain: PlainColumns = _NONE) -> str:
        """Write the query for a source's typed and judged rows; once for many chunks."""
        known = source, frozenset(plain.types)
        if known not in self._queries:
            rows = rows_sql(self._job.plan, self._job.shop, source, plain)
            if self._job.refuses_all:
                rows = f"SELECT * REPLACE (COALESCE(rule, 'file-refused') AS rule) FROM ({rows})"
            self._queries[known] = rows
        return self._queries[known]

    def _hold(self, source: str, plain: PlainColumns = _NONE) -> None:
        rows, absent = self._rows(source, plain), absent_columns(self._job.plan)
        held = f"SELECT * EXCLUDE ({', '.join(absent)}) FROM ({rows})" if absent else rows
        nulls = "".join(f", CAST(NULL AS {kind}) AS {column}" for column, kind in absent.items())
        self._session.hold("judged", held, shown=f"*{nulls}", latest=self._job.latest.isoformat())

    def _summed_up(self, source: str, unsplit: list[Unsplit], plain: PlainColumns = _NONE) -> Judged:
        zone = literal(self._job.shop.timezone)
        signs = [f"COALESCE({name} = timezone({zone}, {_WALL_EPOCH}), FALSE)" for name in sorted(plain.times)]
        signs += ["NOT has_line_id"] if "line" in plain.types else []
        has_line_id = "has_line_id" if self._job.plan.table.name == "orders" else "TRUE"
        found = self._session.row(
            "SELECT COUNT(*) AS rows, COUNT(rule) AS broken, "
            f"COUNT(*) FILTER (WHERE {has_line_id}) AS lined, "
            f"COUNT(*) FILTER (WHERE {has_line_id} AND rule IS NULL) AS sound_lined, "
            f"COALESCE(BOOL_OR({' OR '.join(signs) or 'FALSE'}), FALSE) AS is_in_doubt FROM judged"
        )
        return Judged(source=source, unsplit=unsplit, **found)

    def _rules_as_texts(
        self, chunk: Chunk, odd: Sequence[Unsplit], plain: PlainColumns
    ) -> dict[int, str] | None:
        """Read columns as texts where they were not plain and return the rule that each record breaks.

        Return nothing where one breaks none. Times are all read as texts, for some words would pass for them.
        """
        content = "".join(each.raw.rstrip("\r\n") + "\n" for each in odd).encode()
        plain = plain.without(self._named(odd) | plain.times)
        source = self._odd_reader.source(replace(chunk, content=content, lines=None), plain)
        judged = judged_sql(self._job.plan, self._job.shop, source, plain)
        latest = {"latest": self._job.latest} if "$latest" in judged else {}
        rules = [row["rule"] for row in self._session.rows(f"SELECT rule FROM ({judged})", **latest)]
        sound = [each for each, rule in zip(odd, rules, strict=False) if rule is None]
        if sound or len(rules) != len(odd):
            self._give_up(sound or odd)
            return None
        return {each.start: rule for each, rule in zip(odd, rules, strict=True)}

    def _give_up(self, odd: Sequence[Unsplit]) -> None:
        """Read the columns of such cells as texts from now on."""
        self._plain = self._plain.without(self._named(odd))

    def _named(self, odd: Sequence[Unsplit]) -> set[str]:
        """Return the plain columns whose cells were not plain in some of the records."""
        plan, named = self._job.plan, frozenset().union(*(each.columns for each in odd))
        return {name for name in self._plain.types if plan.dialect.source_of(name, plan.header) in named}


def _stands(content: bytes, each: Unsplit) -> bool:
    """Say whether a record is where the reader says, which errs near records of the wrong length."""
    raw = each.raw.strip("\r\n").encode()
    start = after_blanks(content, each.start)
    return content.startswith(raw, start) and (not start or content[start - 1 : start] in (b"\r", b"\n"))


def check_quotes(chunk: AnyChunk, unsplit: Sequence[Unsplit]) -> None:
    """Refuse a file in which an open quote swallowed the lines after it: they would be lost in silence."""
    for each in unsplit:
        if (
            each.rule != "quotes-unbalanced"
            or not isinstance(chunk, Chunk)
            or "\n" not in each.raw.strip("\r\n")
        ):
            continue
        line = chunk.first_line + chunk.content[: each.start].count(b"\n")
        raise BadInput(
            f"line {line} opens a quote that is not closed, so the rows after it cannot be told apart; close "
            "or double the quote there and upload the file again"
        )


def held_source(session: DuckSession, plan: Plan, source: str) -> str:
    """Hold the records as `raw` where the dialect reads them more than once; return what to read."""
    if not plan.dialect.reads_raw_twice:
        return source
    records = _filled(plan, source)
    for name, sql in plan.dialect.computed_from(plan.header).items():
        records = f"SELECT *, {sql} AS {identifier(name)} FROM ({records})"
    session.hold("raw", f"SELECT * FROM ({records})")
    return "SELECT * FROM raw"


def held_chunks(
    engine: DuckSession, plan: Plan, chunks: Iterable[AnyChunk], *, delimiter: str
) -> Iterator[str]:
    """Yield what to read of each chunk, which is good until the next one."""
    reader = RecordReader(engine, plan, delimiter=delimiter)
    try:
        for chunk in chunks:
            yield held_source(engine, plan, reader.source(chunk))
    finally:
        reader.close()


def _filled(plan: Plan, source: str) -> str:
    """Give every record of an order what only its first record says."""
    fill = plan.dialect.fill_down
    columns = [name for name in fill.get("columns", ()) if name in plan.header]
    if not columns:
        return source
    window = f"PARTITION BY {identifier(fill['by'])} ORDER BY record"
    cells = ", ".join(
        f"COALESCE({name}, FIRST_VALUE({name} IGNORE NULLS) OVER ({window} "
        f"ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS {name}"
        for name in map(identifier, columns)
    )
    return f"SELECT * REPLACE ({cells}) FROM ({source})"
