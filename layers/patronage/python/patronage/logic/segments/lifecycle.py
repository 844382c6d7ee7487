"""The lifecycle: where each customer stands, judged by the customer's own purchase rhythm.

The gaps between a customer's purchase days are taken as log-normal about the customer's own mean, and the
means of all customers as normal about the shop's (a random-effects model of one way). What a customer's own
gaps say is shrunk towards the shop's rhythm by how few they are: empirical Bayes (Efron and Morris, "Data
analysis using Stein's estimator and its generalizations", *JASA* 70, 1975). The variance between customers
is that of their unweighted means, less what chance adds to these (Thomas and Hultquist, *Annals of
Statistics* 6, 1978): weighted ones would be those of the frequent buyers. So a customer with one purchase is
judged by the rhythm of the shop's repeat buyers, one with a hundred by their own.

A silence is then judged by where it falls among the gaps to be expected of that customer: stages begin at its
80 %, 95 % and 99 % quantile. Gaps that are still open are not counted, so that the rhythm is that of
purchases that came; a silence is held against it, never part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOG_UNIT = 10_000
"""Log gaps are whole numbers of 1/10,000: integer sums are equal in whatever order they are added."""

LEAST_GAPS = 20
"""With fewer gaps in the whole shop its rhythm is assumed instead of measured."""

ASSUMED_GAP_DAYS = 90.0
ASSUMED_DEVIATION = 0.9
"""Of log gaps, within a customer and between customers: where a shop has too few gaps to tell."""

QUANTILES = {"at_risk": 0.80, "dormant": 0.95, "lost": 0.99}
"""After which share of the gaps to be expected of a customer a silence puts the customer into a stage."""

CUTS = {stage: NormalDist().inv_cdf(share) for stage, share in QUANTILES.items()}
"""The quantiles as standard normal deviates."""

LEAST_DEVIATION = log(3) / CUTS["dormant"]
"""Of log gaps within a customer: however even they are, nobody is dormant before three usual gaps."""


@dataclass(frozen=True)
class Stage:
    """A stage of the lifecycle, and the rule that puts customers into it."""

    stage_id: str
    name: str
    description: str
    rule: str


def _after(stage: str) -> str:
    return f"silent for longer than {QUANTILES[stage]:.0%} of the gaps to be expected of this customer"


STAGES = {
    stage.stage_id: stage
    for stage in (
        Stage(
            "prospect",
            "Prospect",
            "known, never bought: win a first purchase",
            "named in customers, events or a cancelled order; no purchase",
        ),
        Stage(
            "new",
            "New",
            "bought for the first time: welcome, help towards the second purchase",
            "one day with purchases, and not yet at risk by the rhythm of the shop's repeat buyers",
        ),
        Stage(
            "active",
            "Active",
            "buys in the usual rhythm: leave the rhythm alone, offer more of what fits",
            "purchases on two days or more, and not yet at risk",
        ),
        Stage(
            "won_back",
            "Won Back",
            "was dormant or lost and bought again: find out what brought the customer back, keep it up",
            "had been silent for longer than the dormant limit of that time, has bought since, and the "
            "return lies no further back than the customer's at-risk limit",
        ),
        Stage("at_risk", "At Risk", "late by the own rhythm: remind now, gently", _after("at_risk")),
        Stage("dormant", "Dormant", "long overdue: a good reason to come back", _after("dormant")),
        Stage("lost", "Lost", "hardly to be expected any more: one last try", _after("lost")),
    )
}
"""The stages by id, from the first to the last."""


@dataclass(frozen=True)
class Rhythm:
    """How often a shop's customers buy.

    Parameters
    ----------
    log_gap : float
        Mean over customers of the logarithm of the gap in days.
    within : float
        Variance of log gaps within a customer.
    between : float
        Variance between customers of their mean log gap.
    gaps, customers : int
        What it was measured on: gaps, and customers with at least one.
    is_measured : bool
        Otherwise it is assumed: the shop has fewer than `LEAST_GAPS` gaps.
    """

    log_gap: float
    within: float
    between: float
    gaps: int
    customers: int
    is_measured: bool

    def expected(self, log_gaps: Sequence[float]) -> tuple[float, float]:
        """Return mean and deviation of the next log gap of a customer with these (none: a one-time buyer)."""
        weight = self.between / (self.within + self.between * len(log_gaps))
        mean = self.log_gap + weight * (sum(log_gaps) - len(log_gaps) * self.log_gap)
        return mean, sqrt(self.within + weight * self.within)

    def limit_days(self, stage: str, log_gaps: Sequence[float]) -> float:
        """Return after how many days of silence a customer with these log gaps is in a stage."""
        mean, deviation = self.expected(log_gaps)
        return exp(mean + CUTS[stage] * deviation)


def rhythm_of(counted: Sequence[Mapping[str, int]]) -> Rhythm:
    """Measure a shop's rhythm.

    Parameters
    ----------
    counted : sequence of mapping
        A row a number of ``gaps`` that customers have: how many ``customers``, and over these the sums
        ``log_sum`` of their log gaps, ``log_sum_squared`` of the squares of each customer's sum, and
        ``log_squares`` of the squares of log gaps, in (squared) units of 1/`LOG_UNIT`.
    """
    gaps = sum(row["gaps"] * row["customers"] for row in counted)
    customers = sum(row["customers"] for row in counted)
    if gaps < LEAST_GAPS:
        variance = ASSUMED_DEVIATION**2
        return Rhythm(log(ASSUMED_GAP_DAYS), variance, variance, gaps, customers, is_measured=False)
    within, between = _variances(counted, gaps, customers)
    # generalised least squares: a customer's mean counts by how precisely it is known
    weights = [row["gaps"] / (within + between * row["gaps"]) for row in counted]
    means = sum(
        weight * row["log_sum"] / row["gaps"] for weight, row in zip(weights, counted, strict=True)
    ) / (LOG_UNIT * sum(weight * row["customers"] for weight, row in zip(weights, counted, strict=True)))
    return Rhythm(means, within, between, gaps, customers, is_measured=True)


def _variances(counted: Sequence[Mapping[str, int]], gaps: int, customers: int) -> tuple[float, float]:
    """Part the variance of log gaps into that within and that between customers."""
    least = LEAST_DEVIATION**2
    square = float(LOG_UNIT) ** 2
    squares = sum(row["log_squares"] for row in counted) / square
    of_means = sum(row["log_sum_squared"] / row["gaps"] for row in counted) / square
    if customers < 2:
        return max((squares - of_means) / (gaps - 1), least), ASSUMED_DEVIATION**2
    mean = sum(row["log_sum"] / row["gaps"] for row in counted) / LOG_UNIT / customers
    spread = sum(row["log_sum_squared"] / row["gaps"] ** 2 for row in counted) / square
    spread = max((spread - mean**2 * customers) / (customers - 1), 0.0)
    if gaps == customers:  # one gap each: their variance cannot be parted
        return max(spread / 2, least), spread / 2
    within = max((squares - of_means) / (gaps - customers), 0.0)
    chance = within * sum(row["customers"] / row["gaps"] for row in counted) / customers
    return max(within, least), max(spread - chance, 0.0)
