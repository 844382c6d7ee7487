"""A part of the time that figures are asked for, and the rule of those that are kept by month."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from patronage.errors import BadField

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    Ends = tuple[date, date]


class Span(NamedTuple):
    """Days of the shop, both ends included; None is open."""

    start: date | None
    end: date | None

    def __bool__(self) -> bool:
        return self.start is not None or self.end is not None

    def meets(self, begin: date, last: date) -> bool:
        """Say whether it shares a day with another span."""
        return (self.start is None or last >= self.start) and (self.end is None or begin <= self.end)

    def holds(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Say whether an instant lies in it."""
        day = moment.astimezone(zone).date()
        return self.meets(day, day)

    @property
    def ends(self) -> dict[str, str | None]:
        """The first and the last day, as answers write them."""
        return {name: None if day is None else day.isoformat() for name, day in self._asdict().items()}


def beginning(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a day of the shop begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def check_order(span: Span) -> None:
    """Refuse a span that ends before it starts."""
    if span.start is not None and span.end is not None and span.start > span.end:
        raise BadField(
            f"start {span.start} is after end {span.end}; exchange the two", field="start", rule="range"
        )


def cut(asked: Ends, kept: Ends, *, refusal: str) -> Ends:
    """Return the days that are asked for, cut to those that are kept.

    Parameters
    ----------
    asked, kept : tuple of date
        The first and the last day of each.
    refusal : str
        What is said where none of them is kept.
    """
    (start, end), (first, last) = asked, kept
    if start > last or end < first:
        raise BadField(refusal, field="start" if start > last else "end", rule="not-kept")
    return max(start, first), min(end, last)


def check_months(span: Span, of: str, *, instead: str = "") -> None:
    """Refuse a span that cuts a month.

    Parameters
    ----------
    of : str
        What is kept by month, in the plural.
    instead : str
        How the next step goes on, as in ", or by period".

    Raises
    ------
    BadField
        The message names the day within a month.
    """
    starts_within = span.start is not None and span.start.day != 1
    ends_within = span.end is not None and span.end.day != monthrange(span.end.year, span.end.month)[1]
    if starts_within or ends_within:
        field = "start" if starts_within else "end"
        raise BadField(
            f"{of} are kept by month, and {field} {getattr(span, field)} lies within one; "
            f"ask from the first day of a month to the last of one{instead}",
            field=field,
            rule="whole-months",
        )
