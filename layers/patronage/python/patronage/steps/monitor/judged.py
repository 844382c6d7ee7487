"""What recommendations are judged by, shown in an engine: events with visitors, sales, and who bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.queries import query
from patronage.logic.serve.recommendation_id import PATTERN

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.engines.base import Engine


def show_judged(engine: Engine, *, since: datetime) -> None:
    """Make `judged_events` from an instant on, `sales` and `buyers`.

    Parameters
    ----------
    engine : Engine
        Shows `events` and `orders`.
    since : datetime
        Events before are left out.
    """
    engine.table("session_owners", query("effectiveness_owners"))
    engine.table("judged_events", query("effectiveness_events"), since=since.isoformat(), id_pattern=PATTERN)
    engine.table("sales", query("effectiveness_sales"))
    engine.table("buyers", query("effectiveness_buyers"))
