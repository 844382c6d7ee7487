"""Take a customer out of the quarantine and out of the reports of uploads."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.erase.texts import ERASED, cells_of_line, is_among, redacted, same_cell
from patronage.logic.upload_keys import QUARANTINE, report_key
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.steps.erase.subject import Subject
    from patronage.stores.objects import ObjectStore


def erase_refused(key: str, subject: Subject, store: ObjectStore) -> Counter[str]:
    """Take the refused rows of a customer out of an upload's quarantine.

    Why a row was refused may be that its cells stand in wrong columns. So it is the customer's where any of
    its cells is the id, or a visit or an order of theirs.
    """
    detected = _detected(key, store)
    try:
        lines = store.read_bytes(key).splitlines(keepends=True)
    except NotFound:
        return Counter()
    kept = [line for line in lines if not _is_theirs(json.loads(line)["raw"], detected, subject)]
    if len(kept) == len(lines):
        return Counter()
    if kept:
        store.write_bytes(key, b"".join(kept))
    else:
        store.delete(key)
    return Counter(rows=len(lines) - len(kept), files=1)


def erase_named(key: str, subject: Subject, store: ObjectStore) -> Counter[str]:
    """Take the ids of a customer and of their orders out of the report of an upload."""
    before = read_json(store, key)
    after = redacted_report(before, subject)
    if after == before:
        return Counter()
    write_json(store, key, after)
    return Counter(files=1)


def redacted_report(report: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """Return a report that names neither the customer nor an order of theirs."""
    found = dict(report)
    ids = subject.ids
    if "orders_that_lost_lines" in found:
        found["orders_that_lost_lines"] = _others(found["orders_that_lost_lines"], ids)
    if "orders" in found.get("unmatched_returns", {}):
        returns = found["unmatched_returns"]
        found["unmatched_returns"] = returns | {"orders": _others(returns["orders"], ids)}
    if "problem" in found and redacted(found["problem"], ids) != found["problem"]:
        # What stands beside the id is of the same person: the first line of a file without a header.
        found["problem"] = ERASED
    if "doubts" in found:
        found["doubts"] = [redacted(doubt, ids) for doubt in found["doubts"]]
    return found


def _others(names: list[str], ids: frozenset[str]) -> list[str]:
    return [name for name in names if name not in ids]


def _detected(key: str, store: ObjectStore) -> dict[str, Any]:
    object_id = key.removeprefix(QUARANTINE).removesuffix(".jsonl")
    try:
        return dict(read_json(store, report_key(object_id)).get("detected", {}))
    except NotFound:
        return {}


def _is_theirs(raw: str, detected: Mapping[str, Any], subject: Subject) -> bool:
    wanted = subject.cells(detected.get("table", ""))
    if detected.get("format", "csv") != "csv":
        try:
            return is_among(json.loads(raw or "null"), wanted)
        except ValueError:
            pass  # a damaged document: its text is all there is
    cells = cells_of_line(raw, detected.get("delimiter", ","), detected.get("quote", '"'))
    return any(same_cell(cell, wanted) for cell in cells)
