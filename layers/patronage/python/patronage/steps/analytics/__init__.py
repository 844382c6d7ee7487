"""Answer what a signed-in user asks: segments and their customers, one customer, sales, cohorts, models."""

from patronage.steps.analytics.cohorts import cohorts
from patronage.steps.analytics.customers import customer, journey
from patronage.steps.analytics.drift import drift
from patronage.steps.analytics.journeys import funnel, paths, purchases
from patronage.steps.analytics.maps import clusters, migration, segment_map
from patronage.steps.analytics.members import members
from patronage.steps.analytics.monitoring import (
    experiment_results,
    recommendation_effectiveness,
    segment_effects,
)
from patronage.steps.analytics.overview import overview
from patronage.steps.analytics.preview import preview
from patronage.steps.analytics.recommendations import recommendation_metrics
from patronage.steps.analytics.sales import sales
from patronage.steps.analytics.segments import performance, segment_products, segments

__all__ = [
    "clusters",
    "cohorts",
    "customer",
    "drift",
    "experiment_results",
    "funnel",
    "journey",
    "members",
    "migration",
    "overview",
    "paths",
    "performance",
    "preview",
    "purchases",
    "recommendation_effectiveness",
    "recommendation_metrics",
    "sales",
    "segment_effects",
    "segment_map",
    "segment_products",
    "segments",
]
