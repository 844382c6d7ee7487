"""Each metric of a report: who can be compared, what came of it, and the document that says so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.experiments.analysis_options import CONVERSION
from patronage.logic.experiments.statistics import fixed_horizon, verdict
from patronage.logic.experiments.statistics.comparison import compared, corrected_together, plain
from patronage.logic.experiments.statistics.enough import shortages
from patronage.logic.experiments.statistics.measures import LABELS, SHARES

if TYPE_CHECKING:
    from patronage.logic.experiments.analysis_options import AnalysisOptions
    from patronage.logic.experiments.statistics.arms import Arms
    from patronage.logic.experiments.statistics.comparison import Comparison
    from patronage.logic.experiments.statistics.enough import Shortage
    from patronage.logic.experiments.statistics.measures import Measure, Measured

COMPARED, NOT_APPLICABLE = "compared", "not_applicable"


@dataclass(frozen=True)
class Asked:
    """A metric, the arms that it is asked of, what they lack, and the comparisons that can be made."""

    metric: str
    measure: Measure
    places: list[int]
    lacking: dict[int, Shortage]
    comparisons: list[Comparison]

    @property
    def status(self) -> str:
        """Whether it was compared, and if not, why."""
        if self.comparisons:
            return COMPARED
        return verdict.NOT_ENOUGH if self.lacking else NOT_APPLICABLE

    def verdict(self, arms: Arms, options: AnalysisOptions) -> dict[str, Any]:
        """Return what the metric decides."""
        if self.comparisons:
            return verdict.decided(self.comparisons, arms, options)
        if self.lacking:
            return verdict.not_enough(self.lacking.values())
        why = f"{arms.names[arms.control]} has no {LABELS[self.metric]}; name another primary metric"
        return {"code": verdict.NOT_ENOUGH, "arm": None, "sentence": f"Nothing to compare: {why}."}

    def document(self, arms: Arms, options: AnalysisOptions) -> dict[str, Any]:
        """Return the metric's part of the report."""
        return {
            "metric": self.metric,
            "label": LABELS[self.metric],
            "unit": "share" if self.metric in SHARES else "minor",
            "status": self.status,
            "missing": [asdict(each) | {"sentence": each.sentence} for each in self.lacking.values()],
            "arms": self._arms(arms, options),
            "lifts": [_lift(each, arms, options) for each in self.comparisons],
        }

    def _arms(self, arms: Arms, options: AnalysisOptions) -> list[dict[str, Any]]:
        find = fixed_horizon.share_interval if self.metric == CONVERSION else fixed_horizon.value_interval
        listed = []
        for place in self.places:
            moments = self.measure.moments.at(place)
            limits = [np.array([np.nan])] * 2 if place in self.lacking else find(moments, options.confidence)
            listed.append(
                {
                    "arm": arms.names[place],
                    "value": plain(moments.value[0]),
                    "low": plain(limits[0][0]),
                    "high": plain(limits[1][0]),
                    "observed": plain(self.measure.observed[place]),
                    "events": int(self.measure.events[place]),
                }
            )
        return listed


def ask(found: Measured, arms: Arms, primary: str, options: AnalysisOptions, *, days: int) -> list[Asked]:
    """Compare each metric where that can be done, and correct all p values together."""
    opened = [_opened(metric, measure, arms, options, days) for metric, measure in found.by_metric.items()]
    flat = [each for one in opened for each in one.comparisons]
    corrected = corrected_together(flat, primary, options.correction)
    return [
        Asked(
            one.metric,
            one.measure,
            one.places,
            one.lacking,
            [each for each in corrected if each.metric == one.metric],
        )
        for one in opened
    ]


def _opened(metric: str, measure: Measure, arms: Arms, options: AnalysisOptions, days: int) -> Asked:
    places = arms.places_of(metric)
    lacking = shortages(measure, arms, places, options, days=days)
    ready = [place for place in places if place not in lacking]
    treatments = [place for place in ready if place != arms.control] if arms.control in ready else []
    comparisons = [
        compared(metric, measure.moments, place, arms.control, options, treatments=len(treatments))
        for place in treatments
    ]
    return Asked(metric, measure, places, lacking, comparisons)


def _lift(each: Comparison, arms: Arms, options: AnalysisOptions) -> dict[str, Any]:
    return {
        "arm": arms.names[each.arm],
        "against": arms.names[each.control],
        "absolute": plain(each.absolute),
        "relative": plain(each.relative),
        "fixed": each.fixed.document(),
        "sequential": each.sequential.document(),
        "significant": each.is_significant(1 - options.confidence),
        "detectable_relative": plain(each.detectable),
    }
