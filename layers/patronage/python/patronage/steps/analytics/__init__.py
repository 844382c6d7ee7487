"""Answer what a signed-in user asks: segments and their customers, one customer, sales, cohorts, models."""

from patronage.steps.analytics.cohorts import cohorts
from patronage.steps.analytics.customers import customer, journey
from patronage.steps.analytics.members import members
from patronage.steps.analytics.recommendations import recommendation_metrics
from patronage.steps.analytics.sales import sales
from patronage.steps.analytics.segments import performance, segments

__all__ = [
    "cohorts",
    "customer",
    "journey",
    "members",
    "performance",
    "recommendation_metrics",
    "sales",
    "segments",
]
