"""When customers buy: the year, the week, the hour and the sales, as a clock that runs unevenly.

A process at a constant rate in *busy time* follows the seasons in clock time. Busy time is counted in
average days from the start of the history.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.synthetic.parameters import SyntheticShop

_QUARTER_DAYS = 91


class Calendar:
    """The shop's demand by day and hour.

    Attributes
    ----------
    dates : list of date
    demand : array of float, shape (days,)
        Demand of each day, 1 on an average one.
    campaign : array of bool, shape (days,)
        Whether a sale is on.
    length : float
        The whole history in busy time.
    """

    def __init__(self, shop: SyntheticShop) -> None:
        self.dates: list[date] = [shop.start + timedelta(days=day) for day in range(shop.days)]
        day_of_year = np.array([day.timetuple().tm_yday for day in self.dates])
        weekdays = np.array([day.weekday() for day in self.dates])
        in_quarter = (day_of_year - 1) % _QUARTER_DAYS
        self.campaign: NDArray[np.bool_] = in_quarter >= _QUARTER_DAYS - shop.campaign_days
        wave = 2 * np.pi * (day_of_year - shop.yearly_peak_day) / 365.25
        week = np.array(shop.weekday_factors)
        yearly = 1 + shop.yearly_swing * np.cos(wave)
        uplift = np.where(self.campaign, shop.campaign_uplift, 1.0)
        self.demand: NDArray[np.float64] = yearly * (week / week.mean())[weekdays] * uplift
        hours = np.array(shop.hour_weights, dtype=np.float64)
        hourly = np.outer(self.demand, hours / hours.sum()).ravel()
        self._busy = np.concatenate(([0.0], np.cumsum(hourly)))
        self._start, self._end = shop.start_instant, shop.end_instant
        self._hours = np.arange(len(self._busy), dtype=np.float64)
        self.length = float(self._busy[-1])

    def instants(self, busy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Turn busy times into seconds since 1970, keeping their order."""
        seconds = np.interp(busy, self._busy, self._hours) * 3_600
        return np.minimum(self._start + seconds.astype(np.int64), self._end - 1)

    def day_of(self, instants: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the day of the history, from 0, of instants; those before it count as the first."""
        return np.maximum(instants - self._start, 0) // 86_400
