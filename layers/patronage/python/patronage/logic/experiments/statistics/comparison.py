"""One metric of one treatment against the control: both tests, before and after correction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from patronage.logic.experiments.statistics import fixed_horizon
from patronage.logic.experiments.statistics.correction import corrected
from patronage.logic.experiments.statistics.difference import Difference
from patronage.logic.experiments.statistics.sequential import ConfidenceSequence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.experiments.analysis_options import AnalysisOptions
    from patronage.logic.experiments.statistics.moments import Moments, Numbers


@dataclass(frozen=True)
class Tested:
    """What one of the two tests says: limits of the lift, absolute and relative, and the p value."""

    low: float
    high: float
    relative_low: float
    relative_high: float
    p: float
    corrected_p: float

    def document(self) -> dict[str, float | None]:
        """Return it as plain values; what has no limit is None."""
        return {name: plain(value) for name, value in vars(self).items()}


@dataclass(frozen=True)
class Comparison:
    """A treatment against the control in one metric.

    Parameters
    ----------
    metric : str
    arm, control : int
        Places of the two.
    absolute, relative : float
        The lift; relative is NaN where the control's value is not above 0.
    fixed, sequential : Tested
        What a single look at the end says, and what holds at every look.
    detectable : float
        The relative lift that the sequential test finds at this size with the power that the options state,
        at the level that the number of treatments leaves to each.
    """

    metric: str
    arm: int
    control: int
    absolute: float
    relative: float
    fixed: Tested
    sequential: Tested
    detectable: float

    def is_significant(self, level: float) -> bool:
        """Say whether the sequential test, corrected, sees a difference."""
        return self.sequential.corrected_p < level


def compared(
    metric: str, moments: Moments, arm: int, control: int, options: AnalysisOptions, *, treatments: int = 1
) -> Comparison:
    """Compare two arms of a metric; p values are not corrected yet.

    What could have been found is said for the level that each of several treatments is tested at
    (Bonferroni), as `power.Design` plans it.
    """
    difference = Difference(moments.at(arm), moments.at(control))
    sequence = ConfidenceSequence(options.confidence, options.sequential_tuning)
    reach = sequence.multiplier(difference.n)
    value = float(difference.control.value[0])
    away = sequence.multiplier(difference.n, level=(1 - options.confidence) / treatments)
    seen = (float(away[0]) + float(stats.norm.ppf(options.power))) * float(difference.error[0])
    return Comparison(
        metric=metric,
        arm=arm,
        control=control,
        absolute=float(difference.value[0]),
        relative=float(difference.relative[0]),
        fixed=_tested(
            difference,
            fixed_horizon.multiplier(difference, options.confidence),
            fixed_horizon.p_value(difference),
        ),
        sequential=_tested(difference, reach, sequence.p_value(difference)),
        detectable=seen / value if value > 0 else float("nan"),
    )


def corrected_together(comparisons: Sequence[Comparison], primary: str, method: str) -> list[Comparison]:
    """Correct the p values of a report.

    The primary metric, named before, decides alone: it is corrected for the number of its arms. Every other
    metric is corrected for all arms and all metrics.
    """
    everything = _corrections(comparisons, method)
    first = [place for place, each in enumerate(comparisons) if each.metric == primary]
    for place, found in zip(first, _corrections([comparisons[each] for each in first], method), strict=True):
        everything[place] = found
    return [
        replace(
            each,
            fixed=replace(each.fixed, corrected_p=fixed),
            sequential=replace(each.sequential, corrected_p=sequential),
        )
        for each, (fixed, sequential) in zip(comparisons, everything, strict=True)
    ]


def plain(value: float) -> float | None:
    """Return a number that JSON can hold; None for what is none."""
    return float(value) if isfinite(value) else None


def _corrections(comparisons: Sequence[Comparison], method: str) -> list[Any]:
    fixed, sequential = (
        corrected(np.array([getattr(each, test).p for each in comparisons]), method)
        for test in ("fixed", "sequential")
    )
    return [(float(one), float(other)) for one, other in zip(fixed, sequential, strict=True)]


def _tested(difference: Difference, multiplier: Numbers, p: Numbers) -> Tested:
    (low,), (high,) = difference.interval(multiplier)
    (relative_low,), (relative_high,) = difference.relative_interval(multiplier)
    found = (low, high, relative_low, relative_high, p[0], p[0])
    return Tested(*(float(each) for each in found))
