"""The test for one look at the end: Welch's t test.

Its level holds where the time of the look was set before. Who looks each day and stops at the first small p
value is misled far more often; `sequential` is for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from patronage.logic.experiments.statistics.difference import Difference
    from patronage.logic.experiments.statistics.moments import Moments, Numbers


def degrees_of_freedom(difference: Difference) -> Numbers:
    """Return the degrees of freedom of Welch, "The generalization of Student's problem", Biometrika 1947."""
    arms = (difference.treated, difference.control)
    errors = [each.squared_error for each in arms]
    total = np.square(errors[0] + errors[1])
    under = sum(
        np.square(error) / np.maximum(each.n - 1, 1) for each, error in zip(arms, errors, strict=True)
    )
    found = np.full(np.shape(total), np.inf)
    np.divide(total, under, out=found, where=total > 0)
    return found


def p_value(difference: Difference) -> Numbers:
    """Return the two-sided p value."""
    return np.asarray(2 * stats.t.sf(np.abs(difference.z), degrees_of_freedom(difference)))


def multiplier(difference: Difference, confidence: float) -> Numbers:
    """Return how many standard errors the interval reaches to each side."""
    return np.asarray(stats.t.isf((1 - confidence) / 2, degrees_of_freedom(difference)))


def value_interval(arm: Moments, confidence: float) -> tuple[Numbers, Numbers]:
    """Return the interval of one arm's own value, by Student's t."""
    half = stats.t.isf((1 - confidence) / 2, np.maximum(arm.n - 1, 1)) * np.sqrt(arm.squared_error)
    return arm.value - half, arm.value + half


def share_interval(arm: Moments, confidence: float) -> tuple[Numbers, Numbers]:
    """Return Wilson's interval of a share, which never leaves 0 to 1 (Wilson, JASA 1927)."""
    z2 = float(stats.norm.isf((1 - confidence) / 2)) ** 2
    scale = 1 + z2 / arm.n
    middle = (arm.value + z2 / (2 * arm.n)) / scale
    half = np.sqrt(z2 * (arm.value * (1 - arm.value) / arm.n + z2 / (4 * arm.n**2))) / scale
    return middle - half, middle + half
