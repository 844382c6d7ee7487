"""What became of the newest uploads, for whoever reads them over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.api.cursors import read_cursor, write_cursor
from patronage.logic.upload_keys import REPORTS
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.stores.objects import ObjectStore

_COUNTS = ("read", "kept", "refused", "repeated", "superseded")
_READERS = 8
_QUESTION = ["upload-reports"]


def upload_reports(store: ObjectStore, *, limit: int = 50, cursor: str | None = None) -> dict[str, Any]:
    """List the reports of uploads, the one that was last written first.

    A report is written anew where an upload is read again, and where an erasure took a person out of it.

    Parameters
    ----------
    limit : int
        How many a page.
    cursor : str, optional
        ``next_cursor`` of the page before; what was written since then comes on no later page.

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
        The cursor is none of ours.
    """
    listed = store.newest(REPORTS)
    if cursor is not None:
        before = tuple(read_cursor(cursor, _QUESTION, (str, str)))
        listed = [each for each in listed if _place(*each) < before]
    page, is_last = listed[:limit], len(listed) <= limit
    with ThreadPoolExecutor(_READERS) as pool:
        found = pool.map(lambda each: _report(store, *each), page)
        reports = [report for report in found if report is not None]
    return {
        "reports": reports,
        "next_cursor": None if is_last else write_cursor(_QUESTION, *_place(*page[-1])),
    }


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
