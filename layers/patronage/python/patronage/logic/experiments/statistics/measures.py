"""The four metrics of an experiment, each by arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.experiments.analysis_options import AOV, CONVERSION, CTR, REVENUE
from patronage.logic.experiments.statistics import capping, cuped
from patronage.logic.experiments.statistics.moments import mean_moments, over, ratio_moments, summed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.experiments.analysis_options import AnalysisOptions
    from patronage.logic.experiments.statistics.capping import Capped
    from patronage.logic.experiments.statistics.cuped import Adjusted
    from patronage.logic.experiments.statistics.moments import Moments, Numbers
    from patronage.logic.experiments.statistics.units import Units

LABELS = {
    CTR: "click-through rate",
    CONVERSION: "conversion",
    REVENUE: "revenue per visitor",
    AOV: "average order value",
}
SHARES = {CTR, CONVERSION}
"""Metrics without a currency."""


@dataclass(frozen=True)
class Measure:
    """A metric in every arm.

    Parameters
    ----------
    moments : Moments
        What is tested: of money after capping, of revenue per visitor after CUPED as well.
    observed : array of float, shape (arms,)
        The metric as it was counted, neither capped nor adjusted.
    events : array of int, shape (arms,)
        Visitors who did what the metric needs: clicked, or bought.
    event : str
        Who these are, one of `enough.EVENTS`.
    """

    moments: Moments
    observed: Numbers
    events: NDArray[np.int64]
    event: str


@dataclass(frozen=True)
class Measured:
    """All metrics by name, and what was done to revenue on the way."""

    by_metric: dict[str, Measure]
    capped: Capped
    adjusted: Adjusted


def measured(units: Units, n_arms: int, options: AnalysisOptions) -> Measured:
    """Measure CTR, conversion, revenue per visitor and average order value in each arm."""
    arm = units.arm
    has_bought = units.orders > 0
    clickers = np.bincount(arm[units.clicks > 0], minlength=n_arms)
    buyers = np.bincount(arm[has_bought], minlength=n_arms)
    cap = capping.capped(units.revenue_minor, options.cap_quantile)
    adjusted = cuped.adjusted(cap.values, _covariate(units, options), arm, n_arms)
    ctr = ratio_moments(units.clicks, units.impressions, arm, n_arms)
    conversion = mean_moments(has_bought, arm, n_arms)
    revenue = mean_moments(adjusted.values, arm, n_arms)
    aov = ratio_moments(cap.values, units.orders, arm, n_arms)
    net, orders = summed(units.revenue_minor, arm, n_arms), summed(units.orders, arm, n_arms)
    by_metric = {
        CTR: Measure(ctr, ctr.value, clickers, "clickers"),
        CONVERSION: Measure(conversion, conversion.value, buyers, "buyers"),
        REVENUE: Measure(revenue, over(net, revenue.n), buyers, "buyers"),
        AOV: Measure(aov, over(net, orders), buyers, "buyers"),
    }
    return Measured(by_metric, cap, adjusted)


def _covariate(units: Units, options: AnalysisOptions) -> NDArray[np.int64]:
    if options.prior_days == 0:
        return np.zeros(len(units), dtype=np.int64)
    return capping.capped(units.prior_revenue_minor, options.cap_quantile).values
