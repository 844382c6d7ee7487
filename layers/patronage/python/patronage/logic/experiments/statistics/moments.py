"""What every test stands on: units, value and variance of a metric in each arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Places = NDArray[np.int32]


@dataclass(frozen=True)
class Moments:
    """A metric in several arms, or in one arm of several simulated experiments; arrays of one shape.

    Parameters
    ----------
    n : array of float
        Units.
    value : array of float
        The metric.
    variance : array of float
        What one unit adds to the variance of the metric, times n: the sample variance where the metric is a
        mean. NaN where there are fewer than two units.
    """

    n: Numbers
    value: Numbers
    variance: Numbers

    @property
    def squared_error(self) -> Numbers:
        """Square of the standard error of the value."""
        return self.variance / self.n

    def at(self, place: int) -> Moments:
        """Return one arm, in arrays of one cell."""
        here = slice(place, place + 1)
        return Moments(self.n[here], self.value[here], self.variance[here])


def mean_moments(values: NDArray[Any], arm: Places, n_arms: int) -> Moments:
    """Take the mean of a unit's values in each arm, with the sample variance.

    Parameters
    ----------
    values : array of numbers, shape (units,)
    arm : array of int, shape (units,)
    n_arms : int
    """
    n = summed(None, arm, n_arms)
    mean = over(summed(values, arm, n_arms), n)
    return Moments(n, mean, _variance(values - mean[arm], arm, n))


def ratio_moments(tops: NDArray[Any], bottoms: NDArray[Any], arm: Places, n_arms: int) -> Moments:
    """Take the ratio of two sums in each arm, such as clicks over impressions, by the delta method.

    The unit is the visitor, not the impression: the impressions of one visitor are not independent. The
    variance is that of ``(top - ratio * bottom) / mean bottom`` over the units, which is formula (3) of Deng,
    Knoblich and Lu, "Applying the Delta Method in Metric Analytics", KDD 2018.

    Parameters
    ----------
    tops, bottoms : array of numbers, shape (units,)
    arm : array of int, shape (units,)
    n_arms : int
    """
    n = summed(None, arm, n_arms)
    bottom = summed(bottoms, arm, n_arms)
    ratio = over(summed(tops, arm, n_arms), bottom)
    influence = (tops - ratio[arm] * bottoms) * over(n, bottom)[arm]
    return Moments(n, ratio, _variance(influence, arm, n))


def _variance(deviations: Numbers, arm: Places, n: Numbers) -> Numbers:
    return over(summed(deviations * deviations, arm, len(n)), n - 1)


def summed(values: NDArray[Any] | None, arm: Places, n_arms: int) -> Numbers:
    """Sum the values of each arm, without values its units; whole numbers below 2**53 exactly."""
    return np.bincount(arm, weights=values, minlength=n_arms).astype(np.float64)


def over(tops: Numbers, bottoms: Numbers) -> Numbers:
    """Divide; NaN where there is nothing to divide by."""
    found = np.full(np.shape(bottoms), np.nan)
    np.divide(tops, bottoms, out=found, where=bottoms > 0)
    return found
