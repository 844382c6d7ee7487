"""CUPED: take out of a metric what was known before the experiment.

Deng, Xu, Kohavi and Walker, "Improving the Sensitivity of Online Controlled Experiments by Utilizing
Pre-Experiment Data", WSDM 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.logic.experiments.statistics.moments import mean_moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.experiments.statistics.moments import Numbers, Places


@dataclass(frozen=True)
class Adjusted:
    """Values after CUPED.

    Parameters
    ----------
    values : array of float, shape (units,)
        Their mean over all units is that of the values before.
    theta : float
        What a unit of the covariate takes with it.
    variance_reduction : float
        Share of the variance within arms that is gone, 0 to 1.
    """

    values: Numbers
    theta: float
    variance_reduction: float


def adjusted(values: NDArray[Any], covariate: NDArray[Any], arm: Places, n_arms: int) -> Adjusted:
    """Return ``value - theta * (covariate - mean covariate)`` for each unit.

    Theta is the covariance over the variance of the covariate, both within arms and pooled over them, so that
    a lift does not enter into it.

    Parameters
    ----------
    values, covariate : array of numbers, shape (units,)
        The covariate must be settled before the exposure.
    arm : array of int, shape (units,)
    n_arms : int
    """
    plain = values.astype(float)
    if len(values) == 0:
        return Adjusted(plain, 0.0, 0.0)
    before = covariate.astype(float)
    before -= before.mean()
    x = before - mean_moments(before, arm, n_arms).value[arm]
    y = plain - mean_moments(plain, arm, n_arms).value[arm]
    xx, xy, yy = float(x @ x), float(x @ y), float(y @ y)
    if xx == 0 or yy == 0:
        return Adjusted(plain, 0.0, 0.0)
    theta = xy / xx
    return Adjusted(plain - theta * before, theta, xy * xy / (xx * yy))
