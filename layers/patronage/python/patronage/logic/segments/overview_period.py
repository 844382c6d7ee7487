"""The period that an overview is of, and the one before that it is held against."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.segments.overview_days import COMPARED_DAYS
from patronage.logic.spans import Span, check_order, cut

if TYPE_CHECKING:
    from collections.abc import Mapping


class Period(NamedTuple):
    """Days of the shop, both ends included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.end - self.start).days + 1

    def before(self) -> Period:
        """Return as many days right before."""
        last = self.start - timedelta(days=1)
        return Period(last - timedelta(days=self.days - 1), last)

    def as_dict(self) -> dict[str, str]:
        """Return the ends as texts."""
        return {"start": self.start.isoformat(), "end": self.end.isoformat()}


def period_of(kept: Mapping[str, Any], start: date | None, end: date | None) -> Period:
    """Return the period that is asked for, cut to the days that the run keeps.

    Without ends it is the last 30 days that are over; with one alone, 30 days from or to it.

    Raises
    ------
    BadField
        It ends before it starts, or the run keeps none of its days.
    """
    first, last = (date.fromisoformat(kept[name]) for name in ("first", "last"))
    length = timedelta(days=COMPARED_DAYS - 1)
    if end is None:
        end = last if start is None else start if start > last else min(last, start + length)
    if start is None:
        start = end if end < first else max(first, min(end, last) - length)
    if start <= last:
        check_order(Span(start, end))
    refusal = (
        f"the run keeps the days from {first} to {last}, and none from {start} to {end}; ask for some of them"
    )
    return Period(*cut((start, end), (first, last), refusal=refusal))
