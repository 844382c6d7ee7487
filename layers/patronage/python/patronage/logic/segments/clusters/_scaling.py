"""Features made comparable: gaps filled, skew taken out, extremes drawn in, one spread for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_POWERS = (-3.0, 3.0)
_OUTERMOST = 0.01


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """How a feature is scaled: fill, power, bound, standardise.

    A value that is not known takes the median of those that are. The power is that of Yeo and Johnson ("A
    New Family of Power Transformations to Improve Normality or Symmetry", Biometrika 87(4), 2000) by maximum
    likelihood, in units of the feature's typical size, so that pence and pounds give the same. Values beyond
    the outermost 1 % at either end take the value there (winsorised), so that a few odd customers neither
    stretch the scale nor make a cluster of their own. Mean 0 and standard deviation 1 come last.

    Parameters
    ----------
    filler, unit : float
        The median of the known values, and that of the sizes that are not 0; in the feature's own unit.
    power : float
        Of Yeo and Johnson; 1 leaves the values as they are, 0 is log(1 + x).
    low, high, mean, deviation : float
        Bounds, mean and standard deviation after the power.
    """

    filler: float
    unit: float
    power: float
    low: float
    high: float
    mean: float
    deviation: float

    @classmethod
    def fit(cls, values: Numbers, sample: NDArray[np.intp]) -> Scaling | None:
        """Learn the scaling of a feature; None where its customers do not differ in it.

        Parameters
        ----------
        values : array, shape (n,)
            Of all customers, NaN where not known.
        sample : array of int
            Places of the customers from whom the power is estimated.
        """
        known = values[~np.isnan(values)]
        if len(known) == 0 or known.min() == known.max():
            return None
        filler = float(np.median(known))
        sizes = np.abs(known[known != 0])
        unit = float(np.median(sizes))
        drawn = _filled(values[sample], filler) / unit
        power = _likeliest_power(drawn) if drawn.min() < drawn.max() else 1.0
        straight = yeo_johnson(_filled(values, filler) / unit, power)
        low, high = np.quantile(straight, [_OUTERMOST, 1 - _OUTERMOST], method="inverted_cdf")
        bounded = np.clip(straight, low, high)
        deviation = float(bounded.std())
        if deviation <= 1e-9 * max(abs(low), abs(high)):
            return None
        return cls(
            filler=filler,
            unit=unit,
            power=power,
            low=float(low),
            high=float(high),
            mean=float(bounded.mean()),
            deviation=deviation,
        )

    def apply(self, values: Numbers) -> Numbers:
        """Scale a feature's values."""
        straight = yeo_johnson(_filled(values, self.filler) / self.unit, self.power)
        scaled: Numbers = (np.clip(straight, self.low, self.high) - self.mean) / self.deviation
        return scaled


def yeo_johnson(values: Numbers, power: float) -> Numbers:
    """Transform by the power of Yeo and Johnson."""
    logs = np.log1p(np.abs(values))
    above = _raised(logs, power)
    if values.min() >= 0:
        return above
    return np.where(values >= 0, above, -_raised(logs, 2 - power))


def principal_components(columns: Numbers, share: float) -> Numbers:
    """Turn features into the fewest principal components that keep a share of their variance.

    Parameters
    ----------
    columns : array, shape (features, n)
        Features of mean 0.
    share : float
        Share, above 0 and up to 1, of the variance that the components keep at least.

    Returns
    -------
    array, shape (components, n)
        The components, the one of most variance first.
    """
    return projected(columns, principal_directions(columns, share))


def principal_directions(columns: Numbers, share: float) -> Numbers:
    """Find the directions of the principal components, shape (components, features)."""
    variances, directions = np.linalg.eigh(columns @ columns.T / columns.shape[1])
    kept = np.cumsum(variances[::-1]) / variances.sum()
    count = int(np.searchsorted(kept, share - 1e-12)) + 1
    found: Numbers = directions.T[::-1][: min(count, len(columns))]
    return found


def projected(columns: Numbers, directions: Numbers) -> Numbers:
    """Lay features along directions.

    Written as sums in a fixed order, not as a product of matrices: equal columns give equal components
    wherever they stand.
    """
    components = np.zeros((len(directions), columns.shape[1]))
    for component, direction in zip(components, directions, strict=True):
        for column, weight in zip(columns, direction, strict=True):
            component += column * weight
    return components


def _filled(values: Numbers, filler: float) -> Numbers:
    return np.where(np.isnan(values), filler, values)


def _raised(logs: Numbers, power: float) -> Numbers:
    """Return ((1 + x) ** power - 1) / power of log(1 + x)."""
    if abs(power) < 1e-12:
        return logs
    raised: Numbers = np.expm1(power * logs) / power
    return raised


def _likeliest_power(values: Numbers) -> float:
    jacobian = float((np.sign(values) * np.log1p(np.abs(values))).sum())

    def unlikely(power: float) -> float:
        variance = max(float(yeo_johnson(values, power).var()), np.finfo(float).tiny)
        return len(values) / 2 * float(np.log(variance)) - (power - 1) * jacobian

    likeliest = float(minimize_scalar(unlikely, bounds=_POWERS, method="bounded").x)
    return round(likeliest, 3)  # what the search leaves open must not show
