"""The quality of a table's last uploads, in one small object a table.

Of two uploads that write it at the same moment one entry may be lost: that upload then is not among those
that later ones are compared with, and its own report has its breaches all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.ingest.quality_rules import MOST_TRAILING
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.stores.objects import ObjectStore


def quality_key(table: str) -> str:
    """Return where the quality of a table's last uploads lies in the lake."""
    return f"lake/reports/quality/{table}.json"


def remembered(store: ObjectStore, table: str) -> list[dict[str, Any]]:
    """Return what `remember` kept of a table's uploads, the newest last."""
    try:
        return list(read_json(store, quality_key(table))["uploads"])
    except NotFound:
        return []


def remember(store: ObjectStore, report: Mapping[str, Any]) -> None:
    """Keep of an upload's report what later uploads are compared with, and what it broke."""
    quality = report.get("quality")
    if quality is None:
        return
    measured = quality["measured"]
    entry = {
        "object": report["object"],
        "measured_at": quality["measured_at"],
        "rows": measured["rows"],
        "bins": measured.get("bins", {}),
        "breaches": quality["breaches"],
        "judged": quality["judged"],
    }
    table = report["table"]
    others = [each for each in remembered(store, table) if each["object"] != entry["object"]]
    write_json(store, quality_key(table), {"uploads": [*others, entry][-MOST_TRAILING:]})


def open_breaches(store: ObjectStore, table: str) -> list[dict[str, Any]]:
    """Return what is amiss with a table: of each rule, what the newest upload that it judged broke.

    A breach is closed by a later upload that keeps the rule.
    """
    found: list[dict[str, Any]] = []
    judged: set[str] = set()
    for upload in reversed(remembered(store, table)):
        named = {"object": upload["object"], "measured_at": upload["measured_at"]}
        found += [{**each, **named} for each in upload["breaches"] if each["rule"] not in judged]
        judged |= {*upload["judged"]}
    return found
