"""Whether there are visitors and buyers enough to say anything, and how many are lacking."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from patronage.logic.experiments.analysis_options import AnalysisOptions
    from patronage.logic.experiments.statistics.arms import Arms
    from patronage.logic.experiments.statistics.measures import Measure


EVENTS = {"clickers": "visitors who clicked", "buyers": "buyers"}
"""Who does what a metric needs, and what sentences call them."""


@dataclass(frozen=True)
class Shortage:
    """What an arm lacks before a metric of it is compared.

    Parameters
    ----------
    arm : str
    visitors, events : int
        How many more are needed.
    event : str
        What the events are, one of `EVENTS`.
    days_more : int or None
        Days that this takes at the rate so far; None where there is no rate yet.
    """

    arm: str
    visitors: int
    events: int
    event: str
    days_more: int | None

    @property
    def sentence(self) -> str:
        """What is lacking, in words."""
        needs = [
            f"{count:,} more {what}"
            for count, what in ((self.visitors, "visitors"), (self.events, EVENTS[self.event]))
            if count
        ]
        return f"{self.arm} needs {' and '.join(needs)}"


def shortages(
    measure: Measure, arms: Arms, places: Iterable[int], options: AnalysisOptions, *, days: int
) -> dict[int, Shortage]:
    """Return what each of some arms lacks, by place; an arm that lacks nothing is left out.

    Parameters
    ----------
    places : iterable of int
        The arms that the metric is asked of.
    days : int
        Days on which visitors came so far.
    """
    found = {}
    for place in places:
        have = int(measure.moments.n[place]), int(measure.events[place])
        lacks = max(options.min_visitors - have[0], 0), max(options.min_conversions - have[1], 0)
        if any(lacks):
            found[place] = Shortage(arms.names[place], *lacks, measure.event, _days_more(have, lacks, days))
    return found


def _days_more(have: tuple[int, int], lacks: tuple[int, int], days: int) -> int | None:
    if any(lack and not had for had, lack in zip(have, lacks, strict=True)):
        return None
    return max(ceil(lack * days / had) for had, lack in zip(have, lacks, strict=True) if lack)
