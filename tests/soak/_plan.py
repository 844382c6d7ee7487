"""What happens on which day of a simulated month, and of its short form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

START = date(2025, 3, 1)
"""The clocks of the shop's zone go forward on the 30th."""
EXPERIMENT, STOP, ARCHIVE = "experiment", "stop", "archive"
BROKEN, BAD_ROWS, COPY, REVERSED, TWICE = "broken", "bad rows", "copy", "reversed", "twice"
DRIFT, ROLL_BACK, ERASE_FIRST, ERASE_SECOND, COMES_AGAIN = (
    *("drift", "roll back", "erase first", "erase second", "comes again"),
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A simulation.

    Parameters
    ----------
    days : int
        So many.
    customers, a_day, visits : int
        How large the shop is: customers, orders a day, and visits a day.
    history : int
        Days of orders that the first upload holds.
    monitor : str
        The lake's `settings/monitor.toml`.
    happens : mapping
        By number of the day, from 1, what happens beside the usual.
    """

    days: int
    customers: int
    a_day: int
    visits: int
    history: int
    monitor: str
    happens: Mapping[int, tuple[str, ...]]


_EXPERIMENTS = "[experiments]\nmin_visitors = 5\nmin_conversions = 2\n"
MONTH = Plan(
    days=31,
    customers=180,
    a_day=36,
    visits=24,
    history=50,
    monitor=f"[drift]\nraw_days = 7\nmin_rows = 100\n{_EXPERIMENTS}",
    happens={
        2: (EXPERIMENT,),
        5: (BROKEN,),
        6: (BAD_ROWS,),
        9: (COPY, REVERSED, TWICE),
        13: (ERASE_FIRST, ROLL_BACK),
        16: (DRIFT,),
        18: (STOP,),
        20: (ERASE_SECOND, COPY),
        23: (COMES_AGAIN,),
        25: (BROKEN, ARCHIVE),
        28: (BAD_ROWS, COPY),
    },
)
THREE_DAYS = Plan(
    days=3,
    customers=50,
    a_day=18,
    visits=12,
    history=30,
    monitor=(
        "[retrain.recommendations]\nevery_days = 1\nnew_share = 0.5\ncool_down_hours = 4\n"
        f"[drift]\nraw_days = 3\nmin_rows = 20\n{_EXPERIMENTS}"
    ),
    happens={
        1: (EXPERIMENT, BROKEN, TWICE),
        2: (BAD_ROWS, REVERSED, DRIFT, ROLL_BACK, ERASE_FIRST),
        3: (COPY, REVERSED, STOP, COMES_AGAIN),
    },
)
