"""What the present is held against: what the oldest of the live runs saw."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from patronage.logic.queries import literal
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.stores.pinned_versions import lost_from

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from patronage.engines.base import Engine
    from patronage.stores.lake import Lake

FAMILIES = ("segments", "recommendations")
TABLES = ("events", "customers", "products")
_STILL_THERE = 0.9
"""With fewer of the lines that a run read, by when they were received, most were uploaded anew since."""


@dataclass(frozen=True)
class Reference:
    """The past side.

    Parameters
    ----------
    manifest : Manifest
        Of the run; its tables are those that are read, which may be newer ones.
    known_at : datetime, optional
        Rows that were received later are left out; None where that can no longer be told.
    read : str
        How it is known what the run saw, for the report.
    """

    manifest: Manifest
    known_at: datetime | None
    read: str

    @property
    def day(self) -> date:
        """The last shop day that the run saw."""
        return date.fromisoformat(self.manifest.today)

    def as_dict(self) -> dict[str, Any]:
        """Return what a report says of it."""
        return {
            "run_id": self.manifest.run_id,
            "family": self.manifest.family,
            "as_of": self.manifest.as_of.isoformat(),
            "known_at": self.known_at.isoformat() if self.known_at else None,
            "day": self.manifest.today,
            "read": self.read,
        }


def reference_of(manifest: Manifest, lake: Lake) -> Reference | None:
    """Return the oldest of the live runs, of which the data have had most time to move away.

    The tables are read at the versions that the run pinned. Where the lake has these no longer, the newest
    rows are, and of them those that were received before the run began; where too few of the run's lines are
    left by that, because they were uploaded anew, the time of the order decides alone.
    """
    runs = [Manifest.find(lake.store, manifest.live_runs.get(family, "")) for family in FAMILIES]
    found = min((run for run in runs if run), key=lambda run: run.created_at, default=None)
    if found is None:
        return None
    lost = lost_from(lake, found.tables)
    if not lost:
        return Reference(found, found.created_at, "the tables as the run read them")
    now = replace(found, tables=manifest.tables)
    received = _received(now, lake)
    if received >= _STILL_THERE * found.lines:
        return Reference(now, found.created_at, f"rows received before the run began, for {lost}")
    read = (
        f"the time of the order alone, for {lost}, and by when they were received only {received:,} of its "
        f"{found.lines:,} lines are told from later ones"
    )
    return Reference(now, None, read)


@contextmanager
def engine_of(manifest: Manifest, lake: Lake) -> Iterator[Engine]:
    """Open an engine with all tables that are looked at, up to the manifest's instant."""
    with pinned_engine(manifest, lake, *TABLES) as engine:
        yield engine


def _received(manifest: Manifest, lake: Lake) -> int:
    at = f"CAST({literal(manifest.created_at.isoformat())} AS TIMESTAMPTZ)"
    with pinned_engine(manifest, lake) as engine:
        return int(engine.row(f"SELECT COUNT(*) AS n FROM orders WHERE received_at <= {at}")["n"])
