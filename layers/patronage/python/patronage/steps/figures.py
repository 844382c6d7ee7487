"""The figures that a run leaves for serving, by name: those of segments, and those of monitoring."""

from __future__ import annotations

from patronage.logic.effectiveness.ranged import DOCUMENTS as DAY_DOCUMENTS

ANALYTICS = {
    "profiles": "segments/profiles.json",
    "rfm": "segments/rfm.json",
    "rfm-map": "segments/rfm_map.json",
    "best-products": "segments/best_products.json",
    "migration": "segments/migration.json",
    "clusters": "segments/clusters.json",
    "cluster-points": "segments/cluster_points.json",
    "behaviour": "segments/behaviour.json",
    "lifecycle": "segments/lifecycle.json",
    "lifetime": "clv/lifetime.json",
    "cohorts-month": "cohorts/month.json",
    "cohorts-week": "cohorts/week.json",
    "cohorts-quarter": "cohorts/quarter.json",
    "cohorts-month-by-country": "cohorts/month-by-country.json",
    "cohorts-week-by-country": "cohorts/week-by-country.json",
    "cohorts-quarter-by-country": "cohorts/quarter-by-country.json",
    "sales": "metrics/sales.json",
    "sales-days": "metrics/sales_days.json",
    "sales-by-country": "metrics/sales-by-country.json",
    "sales-by-product": "metrics/sales_months_by_product.json",
    "sales-by-category": "metrics/sales_months_by_category.json",
    "sales-by-channel": "metrics/sales_months_by_channel.json",
    "sales-by-fee": "metrics/sales_months_by_fee.json",
    "sales-calendar": "metrics/sales_calendar.json",
    "overview": "metrics/overview.json",
    "slices": "segments/slices.json",
    "funnels": "journeys/funnels.json",
    "funnel-slices": "journeys/funnel_slices.json",
    "funnel-months": "journeys/funnel_months.json",
    "transitions": "journeys/transitions.json",
    "session-slices": "journeys/session_slices.json",
    "session-months": "journeys/session_months.json",
    "purchase-slices": "journeys/purchase_slices.json",
    "category-slices": "journeys/category_slices.json",
    "purchases": "journeys/purchases.json",
    "timelines": "journeys/timelines.json",
    "assigning": "segments/assigning.json",
    "features": "segments/features.json",
}
"""What a run of segments figures out: the name under which it is served, and the file below the run."""

MONITORED = ("drift", "effectiveness", *DAY_DOCUMENTS, "experiments", "decision")
"""What a run of monitoring found out: the names under which it is served, files below its `monitor/`."""
