"""Before an experiment: how many visitors it needs, for how many days, and what it can find.

The formulas are those of the normal approximation, variances unequal (Chow, Shao and Wang, "Sample Size
Calculations in Clinical Research", chapters 3 and 4). For the sequential test the power is that of one look
at the end; looks before it can only find more.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, stats

from patronage.errors import BadInput
from patronage.logic.experiments.statistics.sequential import ConfidenceSequence

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_UNITS = 10**12


@dataclass(frozen=True)
class Proportion:
    """A share of the visitors, such as conversion; `value` is the control's."""

    value: float

    def __post_init__(self) -> None:
        if not 0 < self.value < 1:
            raise BadInput(f"a share of {self.value} must lie between 0 and 1")

    def variance(self, lift: float) -> float:
        """Return the variance of one visitor at a relative lift."""
        share = self.value * (1 + lift)
        if not 0 < share < 1:
            raise BadInput(
                f"{self.value} with a lift of {lift:+.0%} is {share:g}; it must lie between 0 and 1"
            )
        return share * (1 - share)

    @property
    def most_lift(self) -> float:
        """The relative lift at which everybody converts."""
        return 1 / self.value - 1


@dataclass(frozen=True)
class Mean:
    """An amount a visitor, such as revenue, with its standard deviation over visitors."""

    value: float
    deviation: float

    def __post_init__(self) -> None:
        if not (self.value > 0 and self.deviation > 0):
            raise BadInput(f"a mean of {self.value} and a deviation of {self.deviation} must be above 0")

    def variance(self, lift: float) -> float:
        """Return the variance of one visitor; a lift leaves it."""
        return self.deviation**2

    @property
    def most_lift(self) -> float:
        """No lift is too great."""
        return float("inf")


@dataclass(frozen=True, kw_only=True)
class Design:
    """How the experiment will be run and read.

    Parameters
    ----------
    confidence : float
    power : float
        Chance that a lift of the stated size is found.
    ratio : float
        Visitors of a treatment for one of the control.
    comparisons : int
        Treatments; the level is divided by it, as Holm's first step does.
    sequential_tuning : float, optional
        That of the always-valid test; without it, one look at the end.
    """

    confidence: float = 0.95
    power: float = 0.8
    ratio: float = 1.0
    comparisons: int = 1
    sequential_tuning: float | None = None

    def __post_init__(self) -> None:
        if not (0 < self.confidence < 1 and 0 < self.power < 1):
            raise BadInput(f"confidence {self.confidence} and power {self.power} must lie between 0 and 1")
        if self.ratio <= 0 or self.comparisons < 1:
            raise BadInput(
                f"ratio {self.ratio} must be above 0 and comparisons {self.comparisons} at least 1"
            )

    def multiplier(self, units: float) -> float:
        """Return how many standard errors from 0 a lift must lie, with so many visitors in the control."""
        level = (1 - self.confidence) / self.comparisons
        if self.sequential_tuning is None:
            return float(stats.norm.isf(level / 2))
        sequence = ConfidenceSequence(self.confidence, self.sequential_tuning)
        return float(sequence.multiplier(np.array([units * (1 + self.ratio)]), level=level)[0])


def power_of(outcome: Proportion | Mean, lift: float, units: float, design: Design) -> float:
    """Return the chance of finding a relative lift with so many visitors in the control."""
    error = sqrt((outcome.variance(0) + outcome.variance(lift) / design.ratio) / units)
    away, reach = outcome.value * lift / error, design.multiplier(units)
    return float(stats.norm.cdf(away - reach) + stats.norm.cdf(-away - reach))


def units_needed(outcome: Proportion | Mean, lift: float, design: Design) -> int:
    """Return the visitors that the control needs; each treatment needs `design.ratio` times as many.

    Raises
    ------
    BadInput
        The lift is 0, or so small that no shop has the visitors.
    """
    if lift == 0:
        raise BadInput("a lift of 0 cannot be found; state the smallest lift that would matter, such as 0.05")
    return _first(lambda units: power_of(outcome, lift, units, design) >= design.power)


def detectable_lift(outcome: Proportion | Mean, units: int, design: Design) -> float:
    """Return the smallest relative lift upwards that so many visitors in the control find with the power.

    Raises
    ------
    BadInput
        Not even the greatest lift would be found.
    """
    if units < 2:
        raise BadInput(f"{units} visitors in the control must be at least 2")

    def short(lift: float) -> float:
        return power_of(outcome, lift, units, design) - design.power

    most = min(outcome.most_lift * (1 - 1e-9), 1e6)
    if short(most) < 0:
        raise BadInput(f"{units} visitors find no lift at all with this power; plan with more")
    return float(optimize.brentq(short, 1e-12, most, xtol=1e-12))


def run_days(units: int, daily_visitors: float, *, control_share: float = 0.5, coverage: float = 1.0) -> int:
    """Return the days until the control has its visitors.

    Parameters
    ----------
    units : int
        Visitors that the control needs.
    daily_visitors : float
        New visitors a day: who came before is in the experiment already.
    control_share : float
        The control's share of the visitors who take part.
    coverage : float
        Share of all visitors who take part.
    """
    if not (daily_visitors > 0 and 0 < control_share < 1 and 0 < coverage <= 1):
        raise BadInput(
            f"daily visitors {daily_visitors} must be above 0, control share {control_share} and coverage "
            f"{coverage} between 0 and 1"
        )
    return ceil(units / (daily_visitors * control_share * coverage))


def _first(is_enough: Callable[[int], bool]) -> int:
    """Return the first whole number from 2 on that is enough, where every greater one is as well."""
    high = 2
    while not is_enough(high):
        high *= 2
        if high > _MOST_UNITS:
            raise BadInput("more than a million million visitors are needed; plan with a greater lift")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high
