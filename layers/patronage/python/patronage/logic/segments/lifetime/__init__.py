"""Lifetime value: who is still a customer, and what purchases and money lie ahead.

It stands apart from `patronage.logic.segments`, which functions import that have no room for NumPy.
"""

from patronage.logic.segments.lifetime._bg_nbd import BgNbd
from patronage.logic.segments.lifetime._fitting import Outcome, Reason
from patronage.logic.segments.lifetime._gamma_gamma import GammaGamma, GammaGammaParameters
from patronage.logic.segments.lifetime._histories import Histories, Spending
from patronage.logic.segments.lifetime._holdout import (
    ChurnComparison,
    Comparison,
    FrequencyClass,
    HoldoutReport,
    holdout_report,
)
from patronage.logic.segments.lifetime._independence import Independence, independence
from patronage.logic.segments.lifetime._intervals import purchase_quantile, value_quantile
from patronage.logic.segments.lifetime._purchases import BgNbdParameters
from patronage.logic.segments.lifetime._value import (
    THREE_MONTHS_DAYS,
    TWELVE_MONTHS_DAYS,
    Forecast,
    LifetimeValue,
    lifetime_value,
)

__all__ = [
    "BgNbd",
    "BgNbdParameters",
    "ChurnComparison",
    "Comparison",
    "Forecast",
    "FrequencyClass",
    "GammaGamma",
    "GammaGammaParameters",
    "Histories",
    "HoldoutReport",
    "Independence",
    "LifetimeValue",
    "Outcome",
    "Reason",
    "Spending",
    "THREE_MONTHS_DAYS",
    "TWELVE_MONTHS_DAYS",
    "holdout_report",
    "independence",
    "lifetime_value",
    "purchase_quantile",
    "value_quantile",
]
