"""What became of the newest uploads, for whoever reads them over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.errors import NotFound
from patronage.logic.api.cursors import read_cursor, write_cursor
from patronage.logic.spans import Span, beginning, check_order
from patronage.logic.upload_keys import REPORTS
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from patronage.stores.objects import ObjectStore

    Listed = tuple[datetime, str]

MOST_READ = 400
"""So many reports are read for a page, some of which may be of other days."""
_COUNTS = ("read", "kept", "refused", "repeated", "superseded")
_READERS = 8


def upload_reports(
    store: ObjectStore,
    *,
    limit: int = 50,
    cursor: str | None = None,
    start: date | None = None,
    end: date | None = None,
    timezone: str = "UTC",
) -> dict[str, Any]:
    """List the reports of uploads, the one that was last written first.

    A report is written anew where an upload is read again, and where an erasure took a person out of it.

    Parameters
    ----------
    limit : int
        How many a page at most; of some days a page may have fewer, and others after it.
    cursor : str, optional
        ``next_cursor`` of the page before; what was written since then comes on no later page.
    start, end : date, optional
        Days of the shop, both included, on which the upload was judged (``at``); all where left out.
    timezone : str
        The shop's.

    Returns
    -------
    dict
        ``reports``: ``object``, ``key``, ``table`` (None of a file that cannot be read), ``state`` (done,
        refused or unreadable), ``at`` (when it was judged), ``currency``, the counts of its rows (None of a
        file that cannot be read), ``refused_by_rule`` (``rule``, ``rows`` and what it ``says``, the commonest
        first), ``doubts``, ``breaches`` of quality, and the ``problem`` of a file that cannot be read.

    Raises
    ------
    BadField
        The cursor is none of ours, or the days end before they start.
    """
    span, zone = Span(start, end), ZoneInfo(timezone)
    check_order(span)
    question = ["upload-reports", *(span.ends.values() if span else ())]
    listed = store.newest(REPORTS)
    if start is not None:  # nothing is judged after it was written
        begins = beginning(start, zone)
        listed = [each for each in listed if each[0] >= begins]
    if cursor is not None:
        before = tuple(read_cursor(cursor, question, (str, str)))
        listed = [each for each in listed if _place(*each) < before]
    reports: list[dict[str, Any]] = []
    last: Listed | None = None  # the last one that was read
    for place, report in _read(store, listed[:MOST_READ], at_once=max(limit, _READERS)):
        last = place
        if report is not None and span.holds(datetime.fromisoformat(report["at"]), zone):
            reports.append(report)
        if len(reports) == limit:
            break
    following = None
    if last is not None and last != listed[-1]:
        following = write_cursor(question, *_place(*last))
    return {"reports": reports, "next_cursor": following}


def _read(
    store: ObjectStore, listed: Sequence[Listed], *, at_once: int
) -> Iterator[tuple[Listed, dict[str, Any] | None]]:
    """Read reports in their order, no more than so many ahead."""
    with ThreadPoolExecutor(_READERS) as pool:
        for begin in range(0, len(listed), at_once):
            some = listed[begin : begin + at_once]
            yield from zip(some, pool.map(lambda each: _report(store, *each), some), strict=True)


def _place(written: datetime, key: str) -> tuple[str, str]:
    """Return where a report stands, in an order of texts."""
    return written.isoformat(timespec="microseconds"), key


def _report(store: ObjectStore, written: datetime, key: str) -> dict[str, Any] | None:
    try:
        found = read_json(store, key)
    except NotFound:  # taken away since it was listed
        return None
    quality = found.get("quality") or {}
    sentences = found.get("rules", {})
    by_rule = sorted(found.get("refused_by_rule", {}).items(), key=lambda item: (-item[1], item[0]))
    return {
        **{name: found[name] for name in ("object", "key", "state", "currency")},
        "table": found.get("table"),
        "at": quality.get("measured_at") or written.isoformat(),
        **{name: found.get(name) for name in _COUNTS},
        "refused_by_rule": [
            {"rule": rule, "rows": rows, "says": sentences.get(rule, rule)} for rule, rows in by_rule
        ],
        "doubts": found.get("doubts", []),
        "breaches": quality.get("breaches", []),
        "problem": found.get("problem"),
    }
