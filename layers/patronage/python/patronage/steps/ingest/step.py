"""Ingest one uploaded file into the lake."""

from __future__ import annotations

import hashlib
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.engines.failures import faults_told
from patronage.errors import BadInput, BadSettings, TryAgain
from patronage.logic.ingest.options import DIALECTS, SETTINGS, options_for, options_number
from patronage.logic.upload_keys import quarantine_key, report_key
from patronage.steps.ingest.chunks import Outcome, Pass, run_pass
from patronage.steps.ingest.earlier import note, of_superseded_repeat
from patronage.steps.ingest.planning import make_plan, refuse_doubts
from patronage.steps.ingest.quality import measure
from patronage.steps.ingest.refusals import counted, quarantine
from patronage.steps.ingest.reopening import settled_anew
from patronage.steps.ingest.report import of_emptiness, of_fates, of_repeat, with_faults
from patronage.steps.ingest.settle import settle
from patronage.steps.ingest.twins import part_twins_of_chunks
from patronage.steps.ingest.unmatched import of_unmatched
from patronage.steps.ingest.upload import content_of
from patronage.steps.migrate import migrate
from patronage.steps.quality_index import remember
from patronage.stores.lake import SUPERSEDED
from patronage.stores.objects import read_if_there, read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from patronage.logic.ingest.options import Options
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.parts import Part
    from patronage.settings import Shop
    from patronage.steps.ingest.planning import Source
    from patronage.steps.ingest.upload import Upload
    from patronage.stores.lake import Lake, Snapshot

_COMMIT_TRIES = 50
_FUTURE_ALLOWED = timedelta(days=1)
_MOST_WORKERS = 4
WHOLE_QUARANTINE_ROWS = 1_000_000
"""Up to so many rows the quarantine lists every row of a file that was refused whole."""


def rules_number(shop: Shop, options: Options) -> int:
    """Return a number that stands for what settings and options make of a file."""
    rules = (
        shop.currency,
        shop.timezone,
        shop.drop_repeated_lines,
        shop.max_refused_share,
        shop.prices_include_tax,
        shop.count_shipping,
        shop.day_first,
        sorted(shop.rates.items()),
        options_number(options),
    )
    return int(hashlib.sha256(repr(rules).encode()).hexdigest()[:12], 16) + SUPERSEDED + 1


def ingest(
    upload: Upload,
    lake: Lake,
    shop: Shop,
    *,
    now: datetime,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Ingest an upload and return its report; the same content a second time changes nothing.

    Parameters
    ----------
    upload : Upload
        The file.
    lake : Lake
        Where its rows, its refused rows and its report go; it holds the shop's options and dialects.
    shop : Shop
        Currency, zone and rules.
    now : datetime
        The instant of the call; rows more than a day later are refused.
    workers : int, optional
        How many chunks are worked on at once; by default as many as the machine has cores, four at most.
    progress : callable, optional
        Told the rows read so far.

    Returns
    -------
    dict
        The report: ``read == kept + refused + repeated + superseded``. Its ``state`` is "done"; "refused"
        where too many rows break a rule and none was kept; "unreadable" where the file cannot be read,
        with the ``problem``.

    Raises
    ------
    UnknownLayout
        The lake was laid out by a newer version of Patronage.
    """
    migrate(lake)
    key = report_key(upload.object_id)
    with ThreadPoolExecutor(1) as beside:  # the content is hashed while the file is read
        content = beside.submit(content_of, upload.path)
        try:
            options = load_options(upload, lake)
        except BadSettings as exc:
            about = _about(upload, shop, rules=0, content=content.result())
            report = {**about, "state": "unreadable", "problem": str(exc), "fault_in": exc.place}
            write_json(lake.store, key, report)
            return report
        rules = rules_number(shop, options)
        if (earlier := _earlier_report(key, rules, content, lake)) is not None:
            return earlier
        try:
            ingestion = _Ingestion(upload, lake, shop, options, rules, content, now)
            report = ingestion.run(workers or _workers(), progress)
        except BadInput as exc:
            about = _about(upload, shop, rules=rules, content=content.result())
            report = {**about, "state": "unreadable", "problem": str(exc)}
    write_json(lake.store, key, report)
    remember(lake.store, report)
    note(lake.store, report)
    return report


def load_options(upload: Upload, lake: Lake) -> Options:
    """Read what is given for an object: the lake's `settings/ingest.toml` and dialects, and its sidecar."""
    store = lake.store
    settings = read_if_there(store, SETTINGS)
    own = {key: store.read_bytes(key) for key in store.keys(DIALECTS) if key.endswith(".toml")}
    return options_for(
        upload.key, settings=settings, sidecar=upload.sidecar, own_dialects=own, call=upload.options
    )


def latest_instant(now: datetime) -> datetime:
    """Return the last instant at which a row may stand: clocks differ, but not by more than a day."""
    return now + _FUTURE_ALLOWED


def _workers() -> int:
    return max(1, min(_MOST_WORKERS, os.cpu_count() or 1))


def _about(upload: Upload, shop: Shop, *, rules: int, content: str) -> dict[str, Any]:
    return {
        "state": "done",
        "object": upload.object_id,
        "key": upload.key,
        "version": upload.version,
        "currency": shop.currency,
        "content": content,
        "rules_number": rules,
    }


def _earlier_report(key: str, rules: int, content: Future[str], lake: Lake) -> dict[str, Any] | None:
    """Return the report of the same upload under the same rules, unless others came since."""
    if not lake.store.exists(key):
        return None
    report: dict[str, Any] = read_json(lake.store, key)
    is_final = report["state"] == "unreadable" or report["kept"] == 0
    if is_final and report["rules_number"] == rules:
        return report
    if is_final or report["rules_number"] != rules:
        return None
    held = lake.snapshot(report.get("table", "orders")).rules_of(content.result())
    return report if held in {rules, SUPERSEDED} else None


class _Ingestion:
    """One run of the step."""

    def __init__(
        self,
        upload: Upload,
        lake: Lake,
        shop: Shop,
        options: Options,
        rules: int,
        content: Future[str],
        now: datetime,
    ) -> None:
        self._upload, self._lake, self._shop, self._options = upload, lake, shop, options
        self._rules, self._content, self._now = rules, content, now
        self._quality: dict[str, Any] | None = None

    def run(self, workers: int, progress: Callable[[int], None] | None) -> dict[str, Any]:
        with (
            tempfile.TemporaryDirectory(prefix="patronage-ingest-") as name,
            DuckEngine(self._shop) as engine,
        ):
            folder = Path(name)
            plan, source = make_plan(
                self._upload, engine, shop=self._shop, options=self._options, folder=folder
            )
            with faults_told(is_parquet=plan.format.kind == "parquet", sql_of=plan.sql_of):
                plan, outcome = self._read(plan, source, engine, folder, workers=workers, progress=progress)
            report = _about(self._upload, self._shop, rules=self._rules, content=self._content.result())
            report |= {"table": plan.table.name, "detected": plan.detected()}
            report |= self._counts(plan, outcome) | self._refusal(outcome)
            doubts = tuple(dict.fromkeys([*plan.doubts, *source.doubts, *of_emptiness(outcome)]))
            report |= {"doubts": list(doubts)} if doubts else {}
            if report["refused"]:
                refused = [outcome.refused[number] for number in sorted(outcome.refused)]
                quarantine(self._lake.store, quarantine_key(self._upload.object_id), refused)
            return self._commit(plan, outcome, engine, folder, report)

    def _read(
        self,
        plan: Plan,
        source: Source,
        engine: DuckEngine,
        folder: Path,
        *,
        workers: int,
        progress: Callable[[int], None] | None,
    ) -> tuple[Plan, Outcome]:
        """Pass over the file, and again where it proves that the plan was made of too little of it."""
        job = Pass(
            upload=self._upload,
            plan=plan,
            shop=self._shop,
            folder=folder,
            latest=latest_instant(self._now),
            delimiter=source.delimiter,
        )
        engine.use_threads(1)
        workers = 1 if source.whole else workers
        outcome = run_pass(job, source.chunks(), engine, workers=workers, progress=progress)
        anew = settled_anew(plan, source, engine, shop=self._shop, options=self._options, outcome=outcome)
        if anew is not None:
            refuse_doubts(anew, self._options)
            job.plan = anew
            outcome = run_pass(job, source.chunks(), engine, workers=workers, progress=progress)
        if self._is_refused_whole(outcome):
            if outcome.read <= WHOLE_QUARANTINE_ROWS:
                job.refuses_all = True
                outcome = run_pass(job, source.chunks(), engine, workers=workers)
            else:
                outcome.by_rule["file-refused"] = outcome.read - outcome.by_rule.total()
                outcome.parts, outcome.fates = {}, type(outcome.fates)()
        engine.use_threads(max(workers, _workers()))
        part_twins_of_chunks(outcome, engine, job.plan, self._shop, folder)
        return job.plan, outcome

    @property
    def _max_refused_share(self) -> float:
        given = self._options.max_refused_share
        return self._shop.max_refused_share if given is None else given

    def _is_refused_whole(self, outcome: Outcome) -> bool:
        return bool(outcome.read) and outcome.by_rule.total() / outcome.read > self._max_refused_share

    def _refusal(self, outcome: Outcome) -> dict[str, Any]:
        """Return what a report says beside the counts where the file was refused whole."""
        if not self._is_refused_whole(outcome):
            return {}
        broken = outcome.by_rule.total() - outcome.by_rule["file-refused"]
        limit = self._max_refused_share
        return {"state": "refused", "rows_that_break_a_rule": broken, "max_refused_share": limit}

    def _counts(self, plan: Plan, outcome: Outcome) -> dict[str, Any]:
        counts: dict[str, Any] = {"read": outcome.read, **counted(outcome.by_rule, plan.table)}
        if outcome.blank:
            counts["blank_rows"] = outcome.blank
        if outcome.records != outcome.read or outcome.continuing:
            counts |= {"records": outcome.records, "continuing_records": outcome.continuing}
        return counts

    def _commit(
        self, plan: Plan, outcome: Outcome, engine: DuckEngine, folder: Path, report: dict[str, Any]
    ) -> dict[str, Any]:
        parts = [outcome.parts[number] for number in sorted(outcome.parts)]
        for _ in range(_COMMIT_TRIES):
            try:
                return self._settle(plan, outcome, parts, engine, folder, report)
            except TryAgain:
                continue
        raise TryAgain(
            f"{self._upload.key}: {_COMMIT_TRIES} other commits came first; deliver the event again"
        )

    def _settle(
        self,
        plan: Plan,
        outcome: Outcome,
        parts: Sequence[Part],
        engine: DuckEngine,
        folder: Path,
        report: dict[str, Any],
    ) -> dict[str, Any]:
        """Decide against the lake's newest version, and commit on top of it together with the report.

        A worker may die right after its commit, or the event may come twice at once: whoever comes later
        finds the content in the lake, and in its commit the report of the upload that brought it.
        """
        snapshot = self._lake.snapshot(plan.table.name)
        if _is_in(snapshot, report):
            return snapshot.report_of(self._upload.object_id) or of_repeat(report)
        if (repeat := of_superseded_repeat(snapshot, self._lake.store, report)) is not None:
            return repeat
        settlement = settle(
            parts,
            snapshot,
            engine=engine,
            lake=self._lake,
            plan=plan,
            shop=self._shop,
            folder=folder,
            key=self._upload.key,
        )
        report = {**report, **of_fates(plan, self._shop, outcome, settlement, engine)}
        report |= of_unmatched(settlement, snapshot, engine, report)
        if self._quality is None:
            self._quality = measure(parts, plan, engine, self._lake, report, self._now)
        report["quality"] = with_faults(self._quality, self._options, plan.table)
        if report["kept"]:
            snapshot.commit(
                [*settlement.own, *settlement.rewritten],
                removed=settlement.removed,
                superseded=[each for each in settlement.contents if each != report["content"]],
                report=report,
            )
        return report


def _is_in(snapshot: Snapshot, about: dict[str, Any]) -> bool:
    """Say whether the lake took this content last under these very rules."""
    return bool(snapshot.rules_of(about["content"]) == about["rules_number"])
