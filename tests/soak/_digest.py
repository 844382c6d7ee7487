"""The figures of a simulation, so that two of one seed can be held against each other."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from patronage.stores.objects import read_json
from soak._http import ask
from soak._served import members, shown_days

if TYPE_CHECKING:
    from datetime import date

    from soak._month import Month

_MEASURED = frozenset(("metrics",))
"""Shards that say how long something took on this machine."""


def figures_of(month: Month, day: date) -> dict[str, Any]:
    """Return what a day came to, as plain values."""
    served = ask(month.cloud, "api", "GET", "/segments", is_admin=True)
    segments = [each["segment_id"] for each in served["segments"]]
    pointer = month.cloud.table.pointer()
    return {
        "day": day.isoformat(),
        "reports": [fates | {"net_minor": report["net_minor"]} for report, fates in month.uploads.reports],
        "live": {family: entry.run_id for family, entry in sorted(pointer.items())},
        "segments": {name: sorted(members(month.cloud, name)) for name in segments},
        "sales": shown_days(month.cloud, day)[1],
        "answers": [(each["recommendation_id"], each["items"]) for each in month.visits.answers],
        "decisions": [(each["run_id"], each["families"]) for each in month.seen.decisions],
        "trials": [(run_id, sorted(found)) for run_id, found in month.seen.trials.items()],
        "generations": {family: _receipts(month, entry.shards_key) for family, entry in pointer.items()},
    }


def digest_of(figures: list[dict[str, Any]]) -> str:
    """Return what stands for the figures of all days."""
    return hashlib.sha256(json.dumps(figures, sort_keys=True, default=str).encode()).hexdigest()


def _receipts(month: Month, shards_key: str) -> dict[str, str]:
    """Return by shard the checksum of what was published."""
    if not shards_key:
        return {}
    folder, store = shards_key.rpartition("/")[0], month.cloud.store
    names = [each["shard"] for each in read_json(store, shards_key) if each["shard"] not in _MEASURED]
    return {name: read_json(store, f"{folder}/receipts/{name}.json")["checksum"] for name in names}
