"""The expected purchases or money of a group of customers, and the interval around it.

Customers are independent given the parameters of the shop, so their expectations and variances add up; what
is not known of the parameters moves all of them at once, so its shifts add up before they are squared. The
bounds of customers' own intervals do not add up, and are not used. Of the sum a gamma distribution of the
same mean and variance is taken, which is never negative and turns normal as the group grows.

Without NumPy, for the functions that hold DuckDB; the sums themselves are `lifetime_totals.sql`.
"""

from __future__ import annotations

from math import sqrt

SHIFTS = 7
"""Independent directions of the parameters: four of BG/NBD and three of Gamma-Gamma."""

INTERVAL_Z = 1.2815515655446004
"""Beyond so many standard deviations lies a tenth of a normal distribution: the bounds of 80 %."""


def interval(expected: float, variance: float) -> tuple[float, float]:
    """Return the 80 % interval of a sum, by Wilson and Hilferty's cube root of the gamma distribution.

    It holds the expectation, also of a group that mostly buys nothing more. Source: Wilson and Hilferty,
    "The Distribution of Chi-Square", PNAS 17(12), 1931.

    Examples
    --------
    >>> [round(bound) for bound in interval(10_000.0, 1_000_000.0)]
    [8742, 11301]
    """
    if not expected > 0:
        return 0.0, 0.0
    ninth = variance / expected**2 / 9
    low, high = (max(0.0, 1 - ninth + sign * INTERVAL_Z * sqrt(ninth)) for sign in (-1, 1))
    return expected * low**3, expected * max(1.0, high**3)
