"""Two arms beside each other: the absolute and the relative lift, and how wide their intervals are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.experiments.statistics.moments import over

if TYPE_CHECKING:
    from patronage.logic.experiments.statistics.moments import Moments, Numbers


@dataclass(frozen=True)
class Difference:
    """A treated arm against the control, of one metric; the arrays of both have one shape."""

    treated: Moments
    control: Moments

    @property
    def n(self) -> Numbers:
        """Units of both arms."""
        return self.treated.n + self.control.n

    @property
    def value(self) -> Numbers:
        """Absolute lift."""
        return self.treated.value - self.control.value

    @property
    def error(self) -> Numbers:
        """Return the standard error of the absolute lift, the arms' variances not taken for equal."""
        return np.sqrt(self.treated.squared_error + self.control.squared_error)

    @property
    def z(self) -> Numbers:
        """Absolute lift in standard errors; 0 where nothing varies and nothing differs."""
        value, error = self.value, self.error
        found = np.where(value == 0, 0.0, np.copysign(np.inf, value))
        np.divide(value, error, out=found, where=error > 0)
        return found

    @property
    def relative(self) -> Numbers:
        """Relative lift; NaN where the control's value is not above 0."""
        return over(self.treated.value, self.control.value) - 1

    def interval(self, multiplier: Numbers) -> tuple[Numbers, Numbers]:
        """Return the limits of the absolute lift, so many standard errors from it."""
        half = multiplier * self.error
        return self.value - half, self.value + half

    def relative_interval(self, multiplier: Numbers) -> tuple[Numbers, Numbers]:
        """Return the limits of the relative lift by Fieller's theorem; NaN where it has none.

        They are the ratios r for which ``|treated - r * control|`` is within so many of its own standard
        errors (Fieller, "Some Problems in Interval Estimation", JRSS B 1954). So the relative interval holds
        0 exactly where the absolute one does, which the delta method does not promise, and it stays right
        where the control is noisy. It has no limits where the control may well be 0.
        """
        top, bottom = self.treated.value, self.control.value
        squared = np.square(multiplier)
        a = np.square(bottom) - squared * self.control.squared_error
        c = np.square(top) - squared * self.treated.squared_error
        under = np.square(top * bottom) - a * c
        has_limits = (a > 0) & (bottom > 0) & (under >= 0)
        root = np.sqrt(np.where(has_limits, under, np.nan))
        a = np.where(has_limits, a, np.nan)
        return (top * bottom - root) / a - 1, (top * bottom + root) / a - 1
