"""Cohorts: how many of those who first bought in a period come back, and what they have brought since.

A cohort is the customers whose first purchase occasion lies in a period (week, month or quarter) of the
shop's zone. Retention is the share of them with a purchase occasion in a later period, cumulative lifetime
value the net money (refunds, cancellations and fees included) that they have brought by its end, divided by
all of them (P. Fader, B. Hardie, *How to project customer retention*, J. Interactive Marketing 21, 2007).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from patronage.logic.segments.periods import begin_of, label_of, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

MOST_CELLS = 4_000
"""A table of more cells is cut to the longest offsets of `LONGEST` and to its newest cohorts."""

LONGEST = {"week": 53, "month": 60, "quarter": 40}
"""Periods that are shown of each cohort where a table has too many cells."""


@dataclass(frozen=True, kw_only=True)
class AsOf:
    """How far the shop's calendar has come.

    Parameters
    ----------
    today : date
        The shop's day that holds `as_of`, or ends at it.
    complete_to : date
        Days before this one are over: the day after `today` where `as_of` is the end of it, else `today`.
    """

    today: date
    complete_to: date

    def has_begun(self, number: int, period: str) -> bool:
        """Say whether a period has begun."""
        return number <= number_of(self.today, period)

    def is_running(self, number: int, period: str) -> bool:
        """Say whether a period has begun and is not over."""
        return self.has_begun(number, period) and begin_of(number + 1, period) > self.complete_to


@dataclass
class Cohort:
    """Customers of one first period.

    Parameters
    ----------
    number : int
        Of the first period.
    active, net_minor : dict
        By offset from it, where something happened.
    """

    number: int
    active: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    net_minor: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def customers(self) -> int:
        """Every customer of the cohort is active in its first period."""
        return self.active[0]


def cohort_table(
    cells: Iterable[Mapping[str, Any]], period: str, as_of: AsOf, *, most_cells: int = MOST_CELLS
) -> dict[str, Any]:
    """Lay out the cohorts of one kind of period.

    Parameters
    ----------
    cells : iterable of mapping
        ``cohort`` and ``begins`` (first days of periods; cohort null for customers who never bought),
        ``active`` and ``net_minor``, as the query `cohort_cells` gives them.
    period : str
        "week", "month" or "quarter".
    as_of : AsOf
        Periods after it are null, the one that it lies in is marked.
    most_cells : int
        How many cells the table may have.

    Returns
    -------
    dict
        ``cohorts``, the oldest first; ``average`` over all of them by offset, of complete periods alone;
        ``left_out``: how many cohorts and offsets were cut off; ``customers``; and the money outside of the
        cohorts, with which the sum is that of all customers' order lines:
        ``before_first_purchase_minor`` and ``without_purchase_minor``.
    """
    cohorts, before, without = _gathered(cells, period)
    span = number_of(as_of.today, period) - cohorts[0].number + 1 if cohorts else 0
    offsets, shown = _bounds(span, len(cohorts), period, most_cells)
    return {
        "customers": sum(each.customers for each in cohorts),
        "cohorts": [_described(each, offsets, period, as_of) for each in cohorts[len(cohorts) - shown :]],
        "average": [_average(cohorts, offset, period, as_of) for offset in range(offsets)],
        "left_out": {"cohorts": len(cohorts) - shown, "offsets": span - offsets},
        "before_first_purchase_minor": before,
        "without_purchase_minor": without,
    }


def _gathered(cells: Iterable[Mapping[str, Any]], period: str) -> tuple[list[Cohort], int, int]:
    cohorts: dict[int, Cohort] = {}
    before = without = 0
    for cell in cells:
        if cell["cohort"] is None:
            without += cell["net_minor"]
            continue
        number = number_of(cell["cohort"], period)
        offset = number_of(cell["begins"], period) - number
        cohort = cohorts.setdefault(number, Cohort(number))
        if offset < 0:
            before += cell["net_minor"]
            continue
        cohort.active[offset] += cell["active"]
        cohort.net_minor[offset] += cell["net_minor"]
    return [cohorts[number] for number in sorted(cohorts)], before, without


def _bounds(span: int, cohorts: int, period: str, most_cells: int) -> tuple[int, int]:
    """Return how many offsets and how many cohorts are shown."""
    if span * cohorts <= most_cells:
        return span, cohorts
    offsets = max(1, min(span, LONGEST[period], most_cells))
    return offsets, min(cohorts, max(1, most_cells // offsets))


def _described(cohort: Cohort, offsets: int, period: str, as_of: AsOf) -> dict[str, Any]:
    cumulative = list(accumulate(cohort.net_minor.get(offset, 0) for offset in range(offsets)))
    return {
        "cohort": label_of(cohort.number, period),
        "begins": begin_of(cohort.number, period).isoformat(),
        "customers": cohort.customers,
        "periods": [_cell(cohort, offset, total, period, as_of) for offset, total in enumerate(cumulative)],
    }


def _cell(cohort: Cohort, offset: int, cumulative: int, period: str, as_of: AsOf) -> dict[str, Any]:
    number = cohort.number + offset
    has_begun = as_of.has_begun(number, period)
    active = cohort.active.get(offset, 0)
    return {
        "offset": offset,
        "active": active if has_begun else None,
        "retention": active / cohort.customers if has_begun else None,
        "net_minor": cohort.net_minor.get(offset, 0) if has_begun else None,
        "cumulative_ltv_minor": cumulative / cohort.customers if has_begun else None,
        "is_running": as_of.is_running(number, period),
    }


def _average(cohorts: list[Cohort], offset: int, period: str, as_of: AsOf) -> dict[str, Any]:
    """Average the cohorts whose period at the offset is over: pooled, and as the plain mean of cohorts."""
    over = [
        each
        for each in cohorts
        if as_of.has_begun(each.number + offset, period)
        and not as_of.is_running(each.number + offset, period)
    ]
    customers = sum(each.customers for each in over)
    active = sum(each.active.get(offset, 0) for each in over)
    net = sum(each.net_minor.get(offset, 0) for each in over)
    brought = [sum(each.net_minor.get(past, 0) for past in range(offset + 1)) for each in over]
    retained = [each.active.get(offset, 0) / each.customers for each in over]
    values = [money / each.customers for each, money in zip(over, brought, strict=True)]
    return {
        "offset": offset,
        "cohorts": len(over),
        "customers": customers,
        "active": active,
        "net_minor": net,
        "retention": active / customers if over else None,
        "mean_retention": sum(retained) / len(over) if over else None,
        "cumulative_ltv_minor": sum(brought) / customers if over else None,
        "mean_cumulative_ltv_minor": sum(values) / len(over) if over else None,
    }
