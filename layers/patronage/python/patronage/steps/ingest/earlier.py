"""Who brought a content before: the same bytes under another name change nothing, whatever came since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.steps.ingest.report import of_repeat
from patronage.stores.lake import SUPERSEDED
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.stores.lake import Snapshot
    from patronage.stores.objects import ObjectStore


def contents_key(content: str) -> str:
    """Return where the lake keeps which uploads brought a content."""
    return f"lake/reports/contents/{content}.json"


def note(store: ObjectStore, report: Mapping[str, Any]) -> None:
    """Keep with a content which upload brought rows of it, and under which rules."""
    if not report.get("kept"):
        return
    entry = {name: report[name] for name in ("object", "key", "rules_number")}
    others = [each for each in _noted(store, report["content"]) if each["object"] != entry["object"]]
    write_json(store, contents_key(report["content"]), {"uploads": [*others, entry]})


def of_superseded_repeat(
    snapshot: Snapshot, store: ObjectStore, report: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the report of an upload whose bytes came before, and lost rows to newer uploads since.

    Under another name it is such an old file once more, as when a folder is copied, and must not undo what
    is newer. Under its own name, or under other rules, someone wants it to count: then None.
    """
    if snapshot.rules_of(report["content"]) != SUPERSEDED:
        return None
    noted = _noted(store, report["content"])
    names = [each["key"] for each in noted if each["rules_number"] == report["rules_number"]]
    if not names or report["key"] in {each["key"] for each in noted}:
        return None
    doubt = (
        f"these very bytes were uploaded before, as {names[0]}, and newer uploads have replaced rows of "
        "theirs since; nothing was changed. If this old state is to count again, upload it as a newer "
        f"version of {names[0]}, or change a byte of it, such as by an empty line at its end"
    )
    repeat = of_repeat(dict(report))
    return {**repeat, "doubts": [*repeat.get("doubts", []), doubt]}


def _noted(store: ObjectStore, content: str) -> list[dict[str, Any]]:
    try:
        return list(read_json(store, contents_key(content))["uploads"])
    except NotFound:
        return []
