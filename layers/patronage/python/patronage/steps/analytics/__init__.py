"""Answer what a signed-in user asks: segments and their customers, one customer, sales, cohorts, models."""

from patronage.steps.analytics.cohorts import cohorts
from patronage.steps.analytics.customers import customer, journey
from patronage.steps.analytics.drift import drift
from patronage.steps.analytics.members import members
from patronage.steps.analytics.monitoring import (
    experiment_results,
    recommendation_effectiveness,
    segment_effects,
)
from patronage.steps.analytics.recommendations import recommendation_metrics
from patronage.steps.analytics.sales import sales
from patronage.steps.analytics.segments import performance, segments

__all__ = [
    "cohorts",
    "customer",
    "drift",
    "experiment_results",
    "journey",
    "members",
    "performance",
    "recommendation_effectiveness",
    "recommendation_metrics",
    "sales",
    "segment_effects",
    "segments",
]
