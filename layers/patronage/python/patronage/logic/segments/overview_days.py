"""What a run keeps by day for the overview, laid out small: who bought, and the money of what matters.

The number of different customers of a span does not follow from those of its days. It does from how long
ago each buyer of a day had bought before: who had not done so within the span has not been counted yet.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

MOST_DAYS = 800
"""Days that are kept, to the newest: two years, and the time before them to compare with."""
COMPARED_DAYS = 30
"""So many of the newest days, against as many before, are shown where nobody asks for others."""
MOST_EACH = 60
"""So many countries, categories and products are kept by each of three orders."""

_REPEATED = ("second", "later")


class Buyers(NamedTuple):
    """Different customers of a span of days.

    Who first bought in the span and came back in it is both new and returning.
    """

    customers: int
    new_customers: int
    returning_customers: int


def pack_buyers(rows: Iterable[Mapping[str, Any]], first: date, days: int) -> dict[str, Any]:
    """Lay out the rows of `overview_buyers` by day from `first` on.

    Returns
    -------
    dict
        ``first``: the new customers of each day. ``second`` and ``later``: of each day, days ago and
        customers in turn.
    """
    found: dict[str, Any] = {
        "first": [0] * days,
        "second": [[] for _ in range(days)],
        "later": [[] for _ in range(days)],
    }
    for row in rows:
        place = (row["day"] - first).days
        if row["kind"] == "first":
            found["first"][place] = row["customers"]
        else:
            found[row["kind"]][place] += [row["gap_days"], row["customers"]]
    return found


def buyers_in(packed: Mapping[str, Any], start: int, end: int) -> Buyers:
    """Count the different customers from one place to another, both included."""
    new = sum(packed["first"][start : end + 1])
    counts: dict[str, int] = defaultdict(int)
    for place in range(start, end + 1):
        for kind in _REPEATED:
            flat = packed[kind][place]
            for gap, customers in zip(flat[::2], flat[1::2], strict=True):
                is_first_here = gap > place - start
                counts["customers"] += customers if is_first_here else 0
                # a second purchase is a customer's first return, wherever the first purchase was
                counts["returning"] += customers if is_first_here or kind == "second" else 0
    return Buyers(new + counts["customers"], new, counts["returning"])


def pack_values(rows: Iterable[Mapping[str, Any]], first: date) -> list[dict[str, Any]]:
    """Lay out ordered rows of value, day and net: of each value the places of its days, and their net."""
    found = []
    for value, group in groupby(rows, key=itemgetter("value")):
        days = list(group)
        found.append(
            {
                "value": value,
                "at": [(row["day"] - first).days for row in days],
                "net_minor": [row["net_minor"] for row in days],
            }
        )
    return found


def net_in(packed: Mapping[str, Any], start: int, end: int) -> int:
    """Sum the net of a value from one place to another, both included."""
    pairs = zip(packed["at"], packed["net_minor"], strict=True)
    return sum(net for place, net in pairs if start <= place <= end)
