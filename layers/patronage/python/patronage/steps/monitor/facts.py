"""What is known of a family when it is decided upon: what is live, what began last, what came since."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.logic.monitor.facts import Facts, Finding
from patronage.logic.monitor.keys import document_key
from patronage.logic.monitor.machines import MACHINE_OF
from patronage.logic.monitor.retrain_options import SEGMENTS
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.ended import run_record
from patronage.steps.pin import read_options
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.stores.objects import ObjectStore

_GRAVE, _SUCCEEDED = "alarm", "SUCCEEDED"


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
    pinned = read_json(store, document_key(run_id, "pinned"))
    live = Manifest.find(store, manifest.live_runs.get(family, ""))
    last = _newest(live, Manifest.find(store, pinned["last_runs"].get(family, "")))
    status = _status(store, family, last)
    done = last if status == _SUCCEEDED else None
    rolled_back = pinned.get("rolled_back", {}).get(family, "")
    known = _newest(live, done, Manifest.find(store, rolled_back)) or last
    now, breaches = manifest.created_at, [each for each in manifest.quality if each["severity"] == _GRAVE]
    return Facts(
        family=family,
        is_live=live is not None,
        has_failed=status not in ("", _SUCCEEDED),
        lines=manifest.lines,
        known_lines=(known.lake_lines or known.lines) if known else None,
        is_unchanged=any(_is_unchanged(family, each, manifest, store) for each in (live, done) if each),
        is_refused=done is not None and (live is None or done.run_id != live.run_id),
        kept=_kept(live, rolled_back),
        hours_since=(now - last.created_at).total_seconds() / 3600 if last else None,
        days_since=_days(last.created_at, now, manifest.shop.timezone) if last else None,
        drift=drift or Finding(),
        decay=decay or Finding(),
        is_asked=family in pinned["retrain"],
        breaches=sorted({each["rule"] for each in breaches}),
    )


def _newest(*manifests: Manifest | None) -> Manifest | None:
    found = [each for each in manifests if each is not None]
    return max(found, key=lambda each: each.created_at, default=None)


def _status(store: ObjectStore, family: str, run: Manifest | None) -> str:
    """Return how a run ended; empty where that is not known."""
    key = run_record(MACHINE_OF[family], run.run_id) if run else ""
    return str(read_json(store, key)["status"]) if key and store.exists(key) else ""


def _kept(live: Manifest | None, rolled_back: str) -> str:
    """Say what a person did to have the live run live; empty where the gate chose it."""
    if live is None:
        return ""
    if rolled_back:
        return f"a person took run {rolled_back} back to run {live.run_id}"
    if promoted := live.promoted:
        return f"a person promoted {promoted['model']}@{promoted['version']}"
    return ""


def _is_unchanged(family: str, run: Manifest, manifest: Manifest, store: ObjectStore) -> bool:
    """Say whether a run now would read what that one read, under the same settings."""
    same: Any = (run.tables, run.as_of, run.shop) == (manifest.tables, manifest.as_of, manifest.shop)
    if same and family == SEGMENTS:
        return run.segmentation == asdict(read_options(store))
    return bool(same)


def _days(since: datetime, now: datetime, timezone: str) -> int:
    """Count the midnights of the shop between two instants."""
    zone = ZoneInfo(timezone)
    return (now.astimezone(zone).date() - since.astimezone(zone).date()).days
