"""How old what is live has become."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from patronage.logic.monitor.metrics import AGING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.serve.pointer import Entry


def generation_ages(pointer: Mapping[str, Entry], now: datetime) -> dict[str, float]:
    """Return by family for how many hours its generation has been live; a family without one is left out."""
    return {
        family: round(hours_since(pointer[family].published_at, now), 2)
        for family in AGING
        if family in pointer
    }


def hours_since(instant: str, now: datetime) -> float:
    """Return how many hours ago an instant was; none for one that lies ahead."""
    return max(0.0, (now - datetime.fromisoformat(instant)).total_seconds() / 3600)
