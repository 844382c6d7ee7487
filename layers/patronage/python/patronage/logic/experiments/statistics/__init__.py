"""What experiments found: effects with intervals that hold at every look, and what may not be believed.

`analyse` makes the report of an experiment, `segment_effect` that of acting on a segment, `power` plans one.
"""

from __future__ import annotations

from patronage.logic.experiments.statistics.power import (
    Design,
    Mean,
    Proportion,
    detectable_lift,
    power_of,
    run_days,
    units_needed,
)
from patronage.logic.experiments.statistics.report import MISMATCH, analyse
from patronage.logic.experiments.statistics.segment_effect import segment_effect
from patronage.logic.experiments.statistics.units import Units

__all__ = [
    "MISMATCH",
    "Design",
    "Mean",
    "Proportion",
    "Units",
    "analyse",
    "detectable_lift",
    "power_of",
    "run_days",
    "segment_effect",
    "units_needed",
]
