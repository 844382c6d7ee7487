"""How experiments are analysed: the table `[experiments]` of the lake's `settings/monitor.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField
from patronage.logic.settings_values import check_ranges, check_values, told_of

if TYPE_CHECKING:
    from collections.abc import Mapping

CTR, CONVERSION, REVENUE, AOV = "ctr", "conversion", "revenue_per_visitor", "aov"
METRICS = (CTR, CONVERSION, REVENUE, AOV)
HOLM, BENJAMINI_HOCHBERG = "holm", "benjamini-hochberg"
CORRECTIONS = (HOLM, BENJAMINI_HOCHBERG)


@dataclass(frozen=True, kw_only=True)
class AnalysisOptions:
    """What a shop may choose of the analysis; a monitoring run pins it.

    Parameters
    ----------
    confidence : float
        Confidence of every interval, 0.5 to 0.999; one minus it is the level of every test.
    power : float
        Chance, 0.5 to 0.999, with which the smallest lift that a report calls detectable is found.
    srm_p : float
        A sample ratio less likely than this, 0 to 0.05, stops the report.
    cap_quantile : float
        Revenue of a visitor is capped at this quantile, above 0.5 up to 1, of the positive ones; 1 caps
        nothing.
    prior_days : int
        Days before the exposure, 0 to 365, whose revenue CUPED adjusts by; 0 adjusts nothing.
    min_visitors : int
        With fewer visitors in an arm, at least 2, nothing is said of it.
    min_conversions : int
        With fewer buyers in an arm (for CTR: visitors who clicked), at least 1, nothing is said of a metric.
    correction : str
        "holm" or "benjamini-hochberg": how p values are corrected for several arms and metrics.
    sequential_tuning : int
        Visitors of both arms, at least 1, at which the sequential intervals are at their narrowest.
    primary_metric : str
        The metric that decides, where an experiment does not name its own.
    """

    confidence: float = 0.95
    power: float = 0.8
    srm_p: float = 0.001
    cap_quantile: float = 0.999
    prior_days: int = 28
    min_visitors: int = 100
    min_conversions: int = 25
    correction: str = HOLM
    sequential_tuning: int = 5_000
    primary_metric: str = REVENUE

    def __post_init__(self) -> None:
        check_ranges(self, _RANGES)
        for name, known in (("correction", CORRECTIONS), ("primary_metric", METRICS)):
            if getattr(self, name) not in known:
                message = f"{name} = {getattr(self, name)!r} must be one of {', '.join(known)}"
                raise BadField(message, field=name, rule="known")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], place: str) -> AnalysisOptions:
        """Build the options from plain values; what they leave out is as usual.

        Parameters
        ----------
        values : mapping
            Settings by name.
        place : str
            Where they stand, for the message.

        Raises
        ------
        BadInput
            A name is unknown or a value is none; the message names place, value and rule.
        """
        check_values(values, cls(), place)
        with told_of(place):
            return cls(**values)


_RANGES: dict[str, tuple[float, float]] = {
    "confidence": (0.5, 0.999),
    "power": (0.5, 0.999),
    "srm_p": (0.0, 0.05),
    "cap_quantile": (0.5, 1.0),
    "prior_days": (0, 365),
    "min_visitors": (2, 10**9),
    "min_conversions": (1, 10**9),
    "sequential_tuning": (1, 10**9),
}
