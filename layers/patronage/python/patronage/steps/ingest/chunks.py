"""The pass over a file: each chunk becomes a Parquet part of typed rows; refused rows are set aside."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from patronage.logic.ingest.identity import disorder_sql, fates_sql, twin_keys, twins_sql
from patronage.logic.queries import literal
from patronage.steps.ingest.judging import Judge, Judged
from patronage.steps.ingest.refusals import write_refused
from patronage.steps.ingest.totals import Totals, totals_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine, DuckSession
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.parts import Part
    from patronage.settings import Shop
    from patronage.steps.ingest.judging import AnyChunk
    from patronage.steps.ingest.upload import Upload


@dataclass(kw_only=True)
class Pass:
    """What one pass over a file is about.

    Parameters
    ----------
    upload : Upload
        The file.
    plan : Plan
        How it is read.
    shop : Shop
        Currency, zone and rules.
    folder : Path
        Where parts and refused rows are put.
    latest : datetime
        The last instant at which a row may stand.
    delimiter : str
        What stands between cells in the chunks.
    refuses_all : bool
        Whether every row is refused because the file is.
    """

    upload: Upload
    plan: Plan
    shop: Shop
    folder: Path
    latest: datetime
    delimiter: str = ""
    refuses_all: bool = False


@dataclass(kw_only=True)
class Outcome:
    """What became of one chunk, or of all of them together."""

    parts: dict[int, Part] = field(default_factory=dict)
    refused: dict[int, Path] = field(default_factory=dict)
    records: int = 0
    continuing: int = 0
    read: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    copies: int = 0
    blank: int = 0
    totals: Totals = field(default_factory=Totals)

    def leave_out(self, blank: Counter[str]) -> None:
        """Count blank rows, by the rule that they break, as no rows."""
        count = blank.total()
        self.by_rule -= blank
        self.read, self.records, self.blank = self.read - count, self.records - count, self.blank + count

    def add(self, other: Outcome) -> None:
        """Take in another chunk's outcome."""
        self.parts |= other.parts
        self.refused |= other.refused
        self.records += other.records
        self.continuing += other.continuing
        self.read += other.read
        self.by_rule += other.by_rule
        self.fates += other.fates
        self.copies += other.copies
        self.blank += other.blank
        self.totals += other.totals


def run_pass(
    job: Pass,
    chunks: Iterable[AnyChunk],
    engine: DuckEngine,
    *,
    workers: int,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Work through a file, several chunks at once, each in one thread.

    Parameters
    ----------
    job : Pass
        What it is about.
    chunks : iterable
        In the order of the file.
    engine : DuckEngine
        Each worker opens a session in it.
    workers : int
        How many chunks are worked on at once.
    progress : callable, optional
        Told the rows read so far.
    """
    crew = _Crew(job, engine, progress)
    threads = [threading.Thread(target=crew.work, name=f"ingest-{number}") for number in range(workers)]
    for thread in threads:
        thread.start()
    try:
        for chunk in chunks:
            if crew.failures:
                break
            crew.waiting.put(chunk)
    finally:
        for _ in threads:
            crew.waiting.put(None)
        for thread in threads:
            thread.join()
    if crew.failures:
        raise crew.failures[0]
    return crew.total


class _Crew:
    """The workers of a pass, and what they have done together."""

    def __init__(self, job: Pass, engine: DuckEngine, progress: Callable[[int], None] | None) -> None:
        self.waiting: queue.Queue[AnyChunk | None] = queue.Queue(1)
        self.failures: list[BaseException] = []
        self.total = Outcome()
        self._job, self._engine, self._progress = job, engine, progress
        self._lock = threading.Lock()

    def work(self) -> None:
        """Take one chunk after the other until there is none; a failure is kept for the caller's thread."""
        worker = _Worker(self._job, self._engine.session())
        try:
            while (chunk := self.waiting.get()) is not None:
                self._take(worker.work(chunk))
        except BaseException as exc:
            self.failures.append(exc)
            while self.waiting.get() is not None:
                pass
        finally:
            worker.close()

    def _take(self, outcome: Outcome) -> None:
        with self._lock:
            self.total.add(outcome)
            if self._progress is not None:
                self._progress(self.total.read)


class _Worker:
    """Turns one chunk after the other into a part, in a session of its own."""

    def __init__(self, job: Pass, session: DuckSession) -> None:
        self._job = job
        self._session = session
        self._judge = Judge(job, session)
        self._table = job.plan.table
        self._columns = ", ".join(
            column.name for column in self._table.columns if not column.is_ours or column.name in _MADE
        )

    def close(self) -> None:
        self._judge.close()
        self._session.connection.close()

    def work(self, chunk: AnyChunk) -> Outcome:
        job, outcome = self._job, Outcome()
        judged = self._judge.judge(chunk)
        self._count(outcome, judged)
        if outcome.by_rule:
            path = job.folder / f"refused-{chunk.number}.jsonl"
            blank = write_refused(self._session, job, chunk, judged, path=path)
            outcome.refused[chunk.number] = path
            outcome.leave_out(blank)
        if self._table.name == "orders" and not job.plan.dialect.also:
            self._settle_mixed_lines(judged)
        self._part_twins(outcome, judged)
        self._write(outcome, chunk.number)
        return outcome

    def _count(self, outcome: Outcome, judged: Judged) -> None:
        outcome.by_rule = self._judge.by_rule(judged)
        outcome.read = outcome.records = judged.read
        if self._job.plan.dialect.reads_raw_twice:
            held = self._session.row(
                "SELECT COUNT(*) AS n, "
                "COUNT(*) FILTER (WHERE record NOT IN (SELECT record FROM judged)) AS rest FROM raw"
            )
            outcome.records, outcome.continuing = held["n"] + len(judged.unsplit), held["rest"]

    def _settle_mixed_lines(self, judged: Judged) -> None:
        """Let an order of which only some sound rows have a line id count as one without."""
        if judged.sound_lined in {0, judged.rows - judged.broken}:
            return
        is_mixed = "order_id IN (SELECT order_id FROM judged WHERE rule IS NULL AND NOT has_line_id)"
        self._session.hold(
            "judged",
            f"SELECT * REPLACE (CASE WHEN {is_mixed} THEN FALSE ELSE has_line_id END AS has_line_id, "
            f"CASE WHEN {is_mixed} THEN CAST(record AS VARCHAR) ELSE line END AS line) FROM judged",
        )

    def _part_twins(self, outcome: Outcome, judged: Judged) -> None:
        """Take out the rows of the chunk that another of its rows repeats or supersedes."""
        for by_line, key in twin_keys(self._table).items():
            if not by_line and judged.sound_lined == judged.rows - judged.broken:
                continue
            is_sound = f"rule IS NULL{self._having_line_id(by_line)}"
            if (
                by_line
                and not self._session.row(disorder_sql(f"SELECT * FROM judged WHERE {is_sound}", key))["n"]
            ):
                continue
            sound = f"SELECT * FROM {_PLACED} WHERE {is_sound}"
            self._session.temporary("twins", twins_sql(sound, key))
            if not self._session.row("SELECT COUNT(*) AS n FROM twins")["n"]:
                continue
            drops = self._job.shop.drop_repeated_lines
            self._session.temporary("fates", fates_sql(self._table, by_line=by_line, drops_repeats=drops))
            lost = self._session.rows("SELECT fate, COUNT(*) AS n FROM fates WHERE is_lost GROUP BY fate")
            for row in lost:
                outcome.fates[row["fate"]] += row["n"]
            outcome.copies += self._session.row("SELECT COUNT(*) AS n FROM fates WHERE is_copy")["n"]
            if lost:
                rest = "place NOT IN (SELECT place FROM fates WHERE is_lost)"
                self._session.hold("judged", f"SELECT * EXCLUDE (file, place) FROM {_PLACED} WHERE {rest}")

    def _having_line_id(self, by_line: bool) -> str:
        if self._table.name != "orders":
            return ""
        return " AND has_line_id" if by_line else " AND NOT has_line_id"

    def _write(self, outcome: Outcome, number: int) -> None:
        if outcome.read - outcome.by_rule.total() - outcome.fates.total() == 0:
            return
        outcome.totals = totals_of(self._session, "SELECT * FROM judged WHERE rule IS NULL", self._table)
        path = self._job.folder / f"part-{number}.parquet"
        part = self._session.part(self._lake_rows("SELECT * FROM judged WHERE rule IS NULL"), path)
        outcome.parts[number] = part

    def _lake_rows(self, rows: str) -> str:
        """Write the query for the lake's columns; what is the same in all rows is an enumeration of one."""
        upload = self._job.upload
        return (
            f"SELECT {self._columns}, CAST({literal(upload.last_modified.isoformat())} AS TIMESTAMPTZ) AS "
            f"received_at, {_constant(upload.key)} AS object_key, {_constant(upload.object_id)} AS object_id "
            f"FROM ({rows})"
        )


_MADE = frozenset({"net_minor", "has_line_id"})
_PLACED = "(SELECT *, 0 AS file, ROW_NUMBER() OVER () AS place FROM judged)"


def _constant(text: str) -> str:
    return f"CAST({literal(text)} AS ENUM ({literal(text)}))"
