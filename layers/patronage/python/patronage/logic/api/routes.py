"""The routes of the API, in one place: API Gateway, the handlers and the OpenAPI document come of it."""

from __future__ import annotations

from patronage.logic.api.parameters import Parameter
from patronage.logic.api.route import ADMIN, API, COLLECT, KEY, LOOKUP, OPEN, PREFIX, SERVER, VIEWER, Route
from patronage.logic.serve.ladder import MAX_K
from patronage.logic.serve.wanted import MAX_USERS


def _id(name: str, meaning: str, example: str) -> Parameter:
    return Parameter(name, meaning, "id", required=True, example=example)


USER_ID = _id("user_id", "the shop's id of the customer", "17850")
CUSTOMER_ID = _id("customer_id", "the shop's id of the customer", "17850")
PRODUCT_ID = _id("product_id", "the shop's id of the product", "85123A")
SEGMENT_ID = _id("segment_id", "the segment, as `/segments` names it", "champions")
EXPERIMENT_ID = _id("experiment_id", "the experiment", "do-they-pay")
METHODS = ("rfm", "kmeans", "behaviour", "lifecycle")
EFFECTIVENESS_DIMENSIONS = ("model", "rung", "placement", "segment", "position", "day")
METHOD = Parameter("method", "how customers are segmented", "choice", default="rfm", choices=METHODS)
K = Parameter("k", "how many products", "whole", default=10, low=1, high=MAX_K)
FILTERS = (
    Parameter("exclude", "products that must not come", "id", many=True, high=200, example="22423"),
    Parameter("in_stock", "leave out what is known to be out of stock", "flag", default=True),
    Parameter("category", "only products of this category or below it", example="Kitchen"),
    Parameter("min_price", "the least price, in the shop's currency", "money", example="5.00"),
    Parameter("max_price", "the greatest price, in the shop's currency", "money", example="25.00"),
)
CONTEXT = (
    Parameter("country", "where the visitor is, as the shop's orders write it", example="Germany"),
    Parameter("device", "the visitor's device, as the shop's events write it", example="mobile"),
    Parameter("page_category", "the category that is being viewed", example="Kitchen"),
    Parameter("time", "when the visit is; now by default", "instant", example="2026-11-25T09:30:00Z"),
)
PLACEMENT = Parameter("placement", "where the answer is shown, for its id", "slug", example="home")
SESSION_ID = Parameter("session_id", "the visit of an anonymous visitor", "id", example="s-83f1")
CURSOR = Parameter("cursor", "`next_cursor` of the page before", example="WzEsInIt")


def _limit(default: int, high: int) -> Parameter:
    return Parameter("limit", "how many a page", "whole", default=default, low=1, high=high)


ROUTES = (
    Route(
        "GET",
        "/recommendations/{user_id}",
        "recommend",
        LOOKUP,
        KEY,
        "Products for a customer, or for an anonymous visit",
        "Recommendations",
        (USER_ID, K, SESSION_ID, PLACEMENT, *CONTEXT, *FILTERS),
        twin="/recommendations",
        twin_may_omit_id=True,
    ),
    Route(
        "POST",
        "/recommendations/batch",
        "recommend_many",
        LOOKUP,
        SERVER,
        "Products for up to 100 customers",
        "RecommendationsOfMany",
        body=(
            Parameter(
                "user_ids",
                "the customers, in the order of the answers",
                "id",
                required=True,
                many=True,
                low=1,
                high=MAX_USERS,
                example=["17850"],
            ),
            K,
            PLACEMENT,
            *CONTEXT,
            *FILTERS,
        ),
    ),
    Route(
        "GET",
        "/products/{product_id}/similar",
        "similar",
        LOOKUP,
        KEY,
        "Products like a product",
        "ProductsBeside",
        (PRODUCT_ID, K, PLACEMENT, *FILTERS),
        twin="/similar",
    ),
    Route(
        "GET",
        "/products/{product_id}/together",
        "together",
        LOOKUP,
        KEY,
        "Products of the same baskets",
        "ProductsBeside",
        (PRODUCT_ID, K, PLACEMENT, *FILTERS),
        twin="/together",
    ),
    Route(
        "GET",
        "/products/trending",
        "trending",
        LOOKUP,
        KEY,
        "Products that sell more than they used to",
        "Products",
        (K, PLACEMENT, *FILTERS),
    ),
    Route("GET", "/products/new", "new", LOOKUP, KEY, "New products", "Products", (K, PLACEMENT, *FILTERS)),
    Route(
        "POST",
        "/events",
        "collect",
        COLLECT,
        KEY,
        "Tell what a visitor did: one event, or up to 100",
        "Collected",
        body=(),
        body_schema="Events",
        status=202,
    ),
    Route(
        "GET", "/segments", "segments", API, VIEWER, "The segments with their figures", "Segments", (METHOD,)
    ),
    Route(
        "GET",
        "/segments/{segment_id}/customers",
        "members",
        API,
        VIEWER,
        "The customers of a segment, the most valuable first",
        "Members",
        (
            SEGMENT_ID,
            METHOD,
            _limit(100, 1_000),
            CURSOR,
            Parameter("min_net", "the least net, in the shop's currency", "money", example="100.00"),
            Parameter("max_net", "the greatest net, in the shop's currency", "money", example="1000.00"),
        ),
        twin="/segments/customers",
    ),
    Route(
        "GET",
        "/customers/{customer_id}",
        "customer",
        API,
        VIEWER,
        "What is known of a customer",
        "Customer",
        (CUSTOMER_ID,),
        twin="/customers",
    ),
    Route(
        "GET",
        "/customers/{customer_id}/features",
        "customer_features",
        API,
        VIEWER,
        "The online values of a customer's features; one that is too old is null",
        "CustomerFeatures",
        (
            CUSTOMER_ID,
            Parameter("names", "only these features", many=True, high=200, example="recency_days"),
        ),
        twin="/customers/features",
    ),
    Route(
        "DELETE",
        "/customers/{customer_id}",
        "erase",
        API,
        ADMIN,
        "Erase a customer from every store",
        "Erasure",
        (CUSTOMER_ID,),
        twin="/customers",
        status=202,
    ),
    Route(
        "POST",
        "/customers/{customer_id}/segment",
        "assign",
        API,
        VIEWER,
        "The segment of a customer, of stored or supplied features",
        "Assignment",
        (
            CUSTOMER_ID,
            Parameter("persist", "keep the result (an admin alone)", "flag", default=False),
        ),
        twin="/customers/segment",
        body=(),
        body_is_optional=True,
        body_schema="Features",
    ),
    Route(
        "POST",
        "/customers/{customer_id}/export",
        "export",
        API,
        ADMIN,
        "Collect all that is stored of a customer",
        "Export",
        (CUSTOMER_ID,),
        twin="/customers/export",
        status=202,
    ),
    Route(
        "GET",
        "/exports/{export_id}",
        "export_status",
        API,
        ADMIN,
        "How far an export of a customer's data is",
        "Export",
        (_id("export_id", "the export", "5f1c"),),
        twin="/exports",
    ),
    Route(
        "GET",
        "/erasures/{erasure_id}",
        "erasure_status",
        API,
        ADMIN,
        "How far an erasure is, and its receipt",
        "Erasure",
        (_id("erasure_id", "the receipt", "5f1c"),),
        twin="/erasures",
    ),
    Route(
        "GET",
        "/analytics/segments/performance",
        "performance",
        API,
        VIEWER,
        "What each segment is worth, and who moved",
        "Performance",
        (METHOD,),
    ),
    Route(
        "GET",
        "/analytics/recommendations/metrics",
        "recommendation_metrics",
        API,
        VIEWER,
        "How good the live model was on sales that it had not seen",
        "RecommendationMetrics",
    ),
    Route(
        "GET",
        "/analytics/drift",
        "drift",
        API,
        VIEWER,
        "What has moved away from what the live models were made of",
        "Drift",
    ),
    Route(
        "GET",
        "/analytics/recommendations/effectiveness",
        "recommendation_effectiveness",
        API,
        VIEWER,
        "What recommendations led to: impressions, clicks, carts, purchases, revenue",
        "Effectiveness",
        (
            Parameter(
                "by", "what the rows are of", "choice", default="model", choices=EFFECTIVENESS_DIMENSIONS
            ),
        ),
    ),
    Route(
        "GET",
        "/analytics/segments/effects",
        "segment_effects",
        API,
        VIEWER,
        "What acting on segments earned: customers contacted against those held out, by export",
        "SegmentEffects",
    ),
    Route(
        "GET",
        "/analytics/customers/{customer_id}/journey",
        "journey",
        API,
        VIEWER,
        "What a customer did, in time",
        "Journey",
        (CUSTOMER_ID, _limit(100, 200), CURSOR),
        twin="/analytics/customers/journey",
    ),
    Route(
        "GET",
        "/analytics/sales",
        "sales",
        API,
        VIEWER,
        "Net sales by period, country, category or product",
        "Sales",
        (
            Parameter(
                "by",
                "what the rows are",
                "choice",
                default="period",
                choices=("period", "country", "category", "channel", "product", "fee"),
            ),
            Parameter(
                "grain",
                "length of a period; a month by default",
                "choice",
                choices=("day", "week", "month", "quarter", "year"),
                example="month",
            ),
            Parameter("start", "first day, in the shop's zone", "day", example="2010-01-01"),
            Parameter("end", "last day, in the shop's zone", "day", example="2010-12-31"),
            _limit(100, 1_000),
            CURSOR,
        ),
    ),
    Route(
        "GET",
        "/analytics/cohorts",
        "cohorts",
        API,
        VIEWER,
        "Customers by the period of their first order, and how many came back",
        "Cohorts",
        (
            Parameter(
                "grain", "length of a period", "choice", default="month", choices=("week", "month", "quarter")
            ),
            Parameter(
                "measure",
                "only this figure of each cell",
                "choice",
                choices=("retention", "customers", "revenue", "lifetime_value"),
                example="retention",
            ),
            Parameter("by_country", "each of the largest countries by itself", "flag", default=False),
            Parameter("country", "only customers of this country", example="Germany"),
        ),
    ),
    Route("GET", "/rules", "rules", API, VIEWER, "The business rules", "Rules"),
    Route(
        "PUT",
        "/rules",
        "replace_rules",
        API,
        ADMIN,
        "Replace the business rules",
        "Rules",
        body=(),
        body_schema="RulesDocument",
    ),
    Route("GET", "/status", "status", API, VIEWER, "Runs, freshness, alarms, and what to do next", "Status"),
    Route("GET", "/cost", "cost", API, VIEWER, "What runs cost, and those of this month so far", "Cost"),
    Route(
        "GET", "/experiments", "experiments", API, VIEWER, "The experiments, the newest first", "Experiments"
    ),
    Route(
        "POST",
        "/experiments",
        "create_experiment",
        API,
        ADMIN,
        "Keep an experiment as a draft, or start it at once",
        "Experiment",
        body=(),
        body_schema="ExperimentDocument",
        status=201,
    ),
    Route(
        "PUT",
        "/experiments/holdout",
        "hold_out",
        API,
        ADMIN,
        "Set the share of visitors who never get recommendations",
        "Holdout",
        body=(),
        body_schema="HoldoutDocument",
    ),
    Route(
        "GET",
        "/experiments/{experiment_id}/results",
        "experiment_results",
        API,
        VIEWER,
        "What an experiment found, or the permanent holdout: `holdout`",
        "ExperimentResults",
        (EXPERIMENT_ID,),
        twin="/experiments/results",
    ),
    Route(
        "POST",
        "/experiments/{experiment_id}/start",
        "start_experiment",
        API,
        ADMIN,
        "Start a draft of an experiment",
        "Experiment",
        (EXPERIMENT_ID,),
        twin="/experiments/start",
    ),
    Route(
        "POST",
        "/experiments/{experiment_id}/stop",
        "stop_experiment",
        API,
        ADMIN,
        "Stop an experiment for good",
        "Experiment",
        (EXPERIMENT_ID,),
        twin="/experiments/stop",
    ),
    Route(
        "POST",
        "/experiments/{experiment_id}/archive",
        "archive_experiment",
        API,
        ADMIN,
        "Archive a draft or a stopped experiment",
        "Experiment",
        (EXPERIMENT_ID,),
        twin="/experiments/archive",
    ),
    Route(
        "GET",
        "/models",
        "models",
        API,
        VIEWER,
        "The versions of models, the newest first, and which are live",
        "Models",
        (
            Parameter("model", "only versions of this method", example="als"),
            Parameter("released", "only those that were published or promoted", "flag", default=False),
            _limit(50, 500),
        ),
    ),
    Route(
        "POST",
        "/models/rollback",
        "roll_back",
        API,
        ADMIN,
        "Make the generation that was live before live again",
        "RolledBack",
        body=(
            Parameter(
                "family",
                "what to roll back",
                "choice",
                required=True,
                choices=("recommendations", "segments"),
                example="recommendations",
            ),
            Parameter("run_id", "the run to go back to; by default the one before", "id", example="run-1"),
        ),
    ),
    Route("GET", "/health", "health", API, OPEN, "Up or not", "Health"),
    Route("GET", "/openapi.json", "openapi", API, OPEN, "This document", "OpenApi"),
    Route("GET", "/docs", "docs", API, OPEN, "The documentation, for a browser", "Page"),
    Route(
        "GET",
        "/docs/{asset}",
        "docs_asset",
        API,
        OPEN,
        "A file of the documentation",
        "Page",
        (_id("asset", "its name", "swagger-ui.css"),),
    ),
)


def routes_of(function: str) -> dict[tuple[str, str], tuple[Route, bool]]:
    """Return the routes of a function by method and API Gateway's resource, and whether each is a twin."""
    found = {}
    for route in ROUTES:
        if route.function == function:
            found[route.method, PREFIX + route.path] = (route, False)
            if route.twin:
                found[route.method, PREFIX + route.twin] = (route, True)
    return found
