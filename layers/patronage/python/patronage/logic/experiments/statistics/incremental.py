"""What a treatment earned that would not have been earned without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.experiments.analysis_options import REVENUE
from patronage.logic.experiments.statistics.arms import EARNED_BY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.experiments.statistics.arms import Arms
    from patronage.logic.experiments.statistics.comparison import Comparison, Tested
    from patronage.logic.experiments.statistics.measures import Measured
    from patronage.logic.experiments.statistics.metric_documents import Asked


def incremental_revenue(asked: Sequence[Asked], found: Measured, arms: Arms) -> list[dict[str, Any]]:
    """Return the lift per visitor times the visitors of each treatment, with its intervals, in minor units.

    ``value_minor`` stands on capped and adjusted revenue, as the intervals do; ``observed_minor`` is the same
    product from revenue as it was counted.
    """
    (revenue,) = (each for each in asked if each.metric == REVENUE)
    return [_of(each, found, arms) for each in revenue.comparisons]


def _of(each: Comparison, found: Measured, arms: Arms) -> dict[str, Any]:
    measure = found.by_metric[REVENUE]
    units = int(measure.moments.n[each.arm])
    observed = measure.observed[each.arm] - measure.observed[each.control]
    return {
        "of": EARNED_BY.get(arms.kinds[each.control], arms.names[each.arm]),
        "arm": arms.names[each.arm],
        "against": arms.names[each.control],
        "units": units,
        "value_minor": round(each.absolute * units),
        "observed_minor": round(float(observed) * units),
        "fixed": _limits(each.fixed, units),
        "sequential": _limits(each.sequential, units),
    }


def _limits(test: Tested, units: int) -> dict[str, int]:
    return {"low_minor": round(test.low * units), "high_minor": round(test.high * units)}
