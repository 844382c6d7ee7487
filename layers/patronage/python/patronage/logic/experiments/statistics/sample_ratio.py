"""Whether the arms hold as many visitors as their weights say; where not, no figure can be trusted.

Fabijan et al., "Diagnosing Sample Ratio Mismatch in Online Controlled Experiments", KDD 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from patronage.logic.experiments.assignment import arm_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_BUCKETS = 10_000


@dataclass(frozen=True)
class SampleRatio:
    """The chi-squared test of the visitors of each arm.

    Parameters
    ----------
    chi_squared : float
        Infinite where an arm that should have nobody has somebody.
    degrees_of_freedom : int
        Arms that should have somebody, less one.
    p : float
        Chance of a ratio as far off, where assignment and counting are sound.
    """

    chi_squared: float
    degrees_of_freedom: int
    p: float


def expected_shares(arms: Sequence[Mapping[str, Any]], coverage: float) -> list[float]:
    """Return the share of the visitors that each arm should have, by the buckets that fall to it.

    An arm's range times its coverage need not be a whole number of the 10,000 buckets, so the weights
    themselves would be off by up to a bucket an arm.
    """
    weights = [float(each["weight"]) for each in arms]
    places = (arm_at(bucket / _BUCKETS, weights, coverage=coverage) for bucket in range(_BUCKETS))
    buckets = np.bincount([place for place in places if place is not None], minlength=len(weights))
    return [float(each) for each in buckets / max(buckets.sum(), 1)]


def sample_ratio(units: NDArray[np.int64], shares: Sequence[float]) -> SampleRatio:
    """Test the visitors of each arm against the shares expected.

    Parameters
    ----------
    units : array of int, shape (arms,)
    shares : sequence of float
        Expected share of each arm; an arm of share 0 is no degree of freedom, but must have nobody.
    """
    share = np.asarray(shares, dtype=np.float64)
    has_some = share > 0
    degrees = max(int(has_some.sum()) - 1, 0)
    if units[~has_some].any():
        return SampleRatio(float("inf"), degrees, 0.0)
    expected = share[has_some] / share.sum() * units.sum()
    if degrees == 0 or not expected.all():
        return SampleRatio(0.0, degrees, 1.0)
    chi_squared = float((np.square(units[has_some] - expected) / expected).sum())
    return SampleRatio(chi_squared, degrees, float(stats.chi2.sf(chi_squared, degrees)))
