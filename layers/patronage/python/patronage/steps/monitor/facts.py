"""What is known of a family when it is decided upon: what is live, what began last, what came since."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.errors import BadInput, NotFound
from patronage.logic.monitor.facts import Facts, Finding
from patronage.logic.monitor.retrain_options import SEGMENTS
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.ended import MACHINE_OF, run_record
from patronage.steps.pin import read_options
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.stores.objects import ObjectStore

PINNED = "runs/{run_id}/monitor/pinned.json"
"""Where a run keeps what it was asked for, and which runs began last."""
_GRAVE = "alarm"


def facts_of(
    run_id: str,
    family: str,
    store: ObjectStore,
    *,
    drift: Finding | None = None,
    decay: Finding | None = None,
) -> Facts:
    """Gather the facts of a family.

    Parameters
    ----------
    run_id : str
        The run of monitoring, which is pinned.
    family, store
        The family, and the lake's objects.
    drift, decay : Finding, optional
        What was measured.
    """
    manifest = Manifest.load(store, run_id)
    pinned = read_json(store, PINNED.format(run_id=run_id))
    live = _manifest(store, manifest.live_runs.get(family, ""))
    last = _last(live, _manifest(store, pinned["last_runs"].get(family, "")))
    known = live or last
    now, breaches = manifest.created_at, [each for each in manifest.quality if each["severity"] == _GRAVE]
    return Facts(
        family=family,
        is_live=live is not None,
        has_failed=last is not None and _has_failed(store, family, last.run_id),
        lines=manifest.lines,
        known_lines=known.lines if known else None,
        is_unchanged=live is not None and _is_unchanged(family, live, manifest, store),
        hours_since=(now - last.created_at).total_seconds() / 3600 if last else None,
        days_since=_days(last.created_at, now, manifest.shop.timezone) if last else None,
        drift=drift or Finding(),
        decay=decay or Finding(),
        is_asked=family in pinned["retrain"],
        breaches=sorted({each["rule"] for each in breaches}),
    )


def _manifest(store: ObjectStore, run_id: str) -> Manifest | None:
    """Return a run's manifest; None for one that read nothing, or is not there any more."""
    try:
        return Manifest.load(store, run_id) if run_id else None
    except (NotFound, BadInput, TypeError):  # the last two of one that another version of Patronage wrote
        return None


def _last(*manifests: Manifest | None) -> Manifest | None:
    found = [each for each in manifests if each is not None]
    return max(found, key=lambda each: each.created_at, default=None)


def _has_failed(store: ObjectStore, family: str, run_id: str) -> bool:
    key = run_record(MACHINE_OF[family], run_id)
    return store.exists(key) and read_json(store, key)["status"] != "SUCCEEDED"


def _is_unchanged(family: str, live: Manifest, manifest: Manifest, store: ObjectStore) -> bool:
    """Say whether a run would read what the live one read, under the same settings."""
    same: Any = (live.tables, live.as_of, live.shop) == (manifest.tables, manifest.as_of, manifest.shop)
    if same and family == SEGMENTS:
        return live.segmentation == asdict(read_options(store))
    return bool(same)


def _days(since: datetime, now: datetime, timezone: str) -> int:
    """Count the midnights of the shop between two instants."""
    zone = ZoneInfo(timezone)
    return (now.astimezone(zone).date() - since.astimezone(zone).date()).days
