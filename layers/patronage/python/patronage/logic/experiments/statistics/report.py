"""Analyse an experiment: from the visitors' rows to the report."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.errors import BadInput
from patronage.logic.experiments.analysis_options import METRICS
from patronage.logic.experiments.statistics import metric_documents, notes, verdict
from patronage.logic.experiments.statistics.arms import arms_of
from patronage.logic.experiments.statistics.comparison import plain
from patronage.logic.experiments.statistics.incremental import incremental_revenue
from patronage.logic.experiments.statistics.measures import measured
from patronage.logic.experiments.statistics.moments import summed
from patronage.logic.experiments.statistics.sample_ratio import expected_shares, sample_ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.experiments.analysis_options import AnalysisOptions
    from patronage.logic.experiments.statistics.arms import Arms
    from patronage.logic.experiments.statistics.measures import Measured
    from patronage.logic.experiments.statistics.sample_ratio import SampleRatio
    from patronage.logic.experiments.statistics.units import Units

MISMATCH = "sample_ratio_mismatch"
_COUNTS = ("impressions", "clicks", "carts", "orders", "revenue_minor")


def analyse(
    experiment: Mapping[str, Any],
    units: Units,
    *,
    options: AnalysisOptions,
    crossovers: int = 0,
    unexpected: int = 0,
    shares: Sequence[float] | None = None,
) -> dict[str, Any]:
    """Report what an experiment found.

    Parameters
    ----------
    experiment : mapping
        Its definition: ``experiment_id``, ``name``, ``arms`` (``arm``, ``kind``, ``weight``), ``coverage``;
        ``control`` (name of an arm) and ``primary_metric`` where it names its own.
    units : Units
        One row a visitor who was shown an arm.
    options : AnalysisOptions
    crossovers : int
        Visitors shown more than one arm; they are not in `units`.
    unexpected : int
        Visitors shown an arm that is not theirs; they are not in `units`.
    shares : sequence of float, optional
        Expected share of each arm, where the arms are not assigned by weight and coverage.

    Returns
    -------
    dict
        Plain values that JSON can hold; `docs/experiments-statistics.md` describes them. Money is in minor
        units. With a sample ratio that cannot be chance it ends at ``stopped``: no effects.

    Raises
    ------
    BadInput
        A unit, the control or the primary metric is of an arm or of a name that does not exist.
    """
    expected = shares or expected_shares(experiment["arms"], float(experiment.get("coverage", 1)))
    arms = arms_of(experiment["arms"], expected, experiment.get("control"))
    primary = str(experiment.get("primary_metric") or options.primary_metric)
    if primary not in METRICS:
        raise BadInput(f"primary_metric {primary!r} is none of {', '.join(METRICS)}")
    if len(units) and int(units.arm.max()) >= len(arms.names):
        raise BadInput(
            f"a unit is of arm {units.arm.max()}; the experiment has arms 0 to {len(arms.names) - 1}"
        )
    counts = np.bincount(units.arm, minlength=len(arms.names))
    ratio = sample_ratio(counts, arms.shares)
    days = _days(units)
    told = notes.notes(len(units), crossovers, unexpected, days["count"])
    report: dict[str, Any] = {
        "experiment_id": experiment["experiment_id"],
        "name": experiment.get("name", experiment["experiment_id"]),
        "control": arms.names[arms.control],
        "primary_metric": primary,
        "options": asdict(options),
        "units": len(units),
        "crossovers": crossovers,
        "unexpected": unexpected,
        "days": days,
        "arms": _arms(arms, units, counts),
        "sample_ratio": _ratio(ratio, options),
        "notes": list(told.values()),
        "note_codes": list(told),
        "stopped": None,
        "revenue": None,
        "metrics": [],
        "incremental_revenue": [],
    }
    if ratio.p < options.srm_p:
        forbidden = verdict.stopped(arms, counts.tolist(), ratio)
        return report | {"stopped": MISMATCH, "verdict": forbidden}
    found = measured(units, len(arms.names), options)
    return (
        report | {"revenue": _revenue(found, units)} | _effects(found, arms, primary, options, days["count"])
    )


def _effects(
    found: Measured, arms: Arms, primary: str, options: AnalysisOptions, days: int
) -> dict[str, Any]:
    asked = metric_documents.ask(found, arms, primary, options, days=days)
    first = next(each for each in asked if each.metric == primary)
    return {
        "metrics": [each.document(arms, options) for each in asked],
        "incremental_revenue": incremental_revenue(asked, found, arms),
        "verdict": first.verdict(arms, options),
    }


def _arms(arms: Arms, units: Units, counts: Any) -> list[dict[str, Any]]:
    sums = {name: _summed(getattr(units, name), units, len(arms.names)) for name in _COUNTS}
    buyers = _summed(units.orders > 0, units, len(arms.names))
    total = max(len(units), 1)
    return [
        {
            "arm": name,
            "kind": arms.kinds[place],
            "units": int(counts[place]),
            "expected_share": arms.shares[place],
            "observed_share": int(counts[place]) / total,
            "buyers": buyers[place],
            **{each: values[place] for each, values in sums.items()},
        }
        for place, name in enumerate(arms.names)
    ]


def _summed(values: Any, units: Units, n_arms: int) -> list[int]:
    return [int(each) for each in summed(values, units.arm, n_arms)]


def _ratio(ratio: SampleRatio, options: AnalysisOptions) -> dict[str, Any]:
    return {
        "chi_squared": plain(ratio.chi_squared),
        "degrees_of_freedom": ratio.degrees_of_freedom,
        "p": ratio.p,
        "fails": ratio.p < options.srm_p,
    }


def _revenue(found: Measured, units: Units) -> dict[str, Any]:
    """Say what was done to revenue before it was compared."""
    return {
        "cap_minor": found.capped.at_minor,
        "capped_units": found.capped.count,
        "cut_minor": found.capped.cut_minor,
        "cuped_theta": found.adjusted.theta,
        "cuped_variance_reduction": found.adjusted.variance_reduction,
        "signed_in_share": float(units.has_prior.mean()) if len(units) else 0.0,
    }


def _days(units: Units) -> dict[str, Any]:
    if len(units) == 0:
        return {"first": None, "last": None, "count": 0}
    first, last = int(units.exposed_day.min()), int(units.exposed_day.max())
    began = date(1970, 1, 1)
    return {
        "first": (began + timedelta(days=first)).isoformat(),
        "last": (began + timedelta(days=last)).isoformat(),
        "count": last - first + 1,
    }
