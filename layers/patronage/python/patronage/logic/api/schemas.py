"""JSON Schemas of what the API takes and answers, for the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.segments.supplied import features_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
ID: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
FLAG: Schema = {"type": "boolean"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
MINOR: Schema = {"type": "integer", "description": "in the minor unit of the currency"}
ANYTHING: Schema = {"type": "object"}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
    }


def _closed(properties: dict[str, Schema], *, required: Sequence[str] = ()) -> Schema:
    """Describe an object that takes no other fields."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_STATE: Schema = {**TEXT, "enum": ["accepted", "running", "done", "failed"]}
_SELECTION = _closed({"product_ids": _list(ID), "categories": _list(ID)})
_POSITION: Schema = {"type": "integer", "minimum": 1, "maximum": 50}
_HEAD: dict[str, Schema] = {
    "generation": {**TEXT, "description": "the run that the answer comes from"},
    "as_of": {**INSTANT, "description": "what the data reach up to"},
    "age_seconds": {**COUNT, "description": "how long ago that is"},
    "currency": {**TEXT, "description": "ISO 4217 code of every amount"},
}
_PAGE = {
    "next_cursor": {**_or_null(TEXT), "description": "asks for the next page; null on the last"},
}
_RUNGS = [
    "user",
    "session",
    "segment",
    "context",
    "similar",
    "together",
    "trending",
    "new",
    "popular",
    "catalogue",
]
_PRODUCTS: dict[str, Schema] = {
    "k": COUNT,
    "rung": {**TEXT, "enum": _RUNGS, "description": "where the first product comes from"},
    "items": _list(_ref("Item")),
    "model": {"type": "object", "description": "name and version", "additionalProperties": TEXT},
    **_HEAD,
    "stock_as_of": {**_or_null(INSTANT), "description": "when the last products upload was made"},
    "stock_age_seconds": _or_null(COUNT),
    "experiment": {
        "oneOf": [
            {"type": "null"},
            _object({"experiment_id": TEXT, "arm": TEXT}),
        ]
    },
}
_MAYBE: dict[str, Schema] = {
    "eligible": {**COUNT, "description": "how many products there are for this, where they are fewer than k"},
    "degraded": {**FLAG, "description": "the serving table could not be read: popular products, from memory"},
    "control": {**FLAG, "description": "this visitor gets no recommendations, for an experiment"},
    "personal": {**FLAG, "description": "whether the user's own list was looked at"},
}
_RECOMMENDATIONS = _object({"user_id": _or_null(ID), **_PRODUCTS}, {"session_id": _or_null(ID), **_MAYBE})

SCHEMAS: dict[str, Schema] = {
    "Problem": _object(
        {"type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT},
        {
            "field": {**TEXT, "description": "the parameter or field that breaks a rule"},
            "rule": {**TEXT, "description": "the rule's name, for programs"},
            "request_id": TEXT,
        },
    ),
    "Reason": _object(
        {"kind": TEXT, "text": TEXT},
        {
            "because_product_id": ID,
            "because_name": TEXT,
            "share": SHARE,
            "buyers": COUNT,
            "times": {**NUMBER, "description": "of a trending product: as many times as it used to sell"},
        },
    ),
    "Item": _object(
        {
            "product_id": ID,
            "name": TEXT,
            "price_minor": _or_null(MINOR),
            "category": TEXT,
            "in_stock": {"type": ["boolean", "null"], "description": "null where the shop does not count"},
            "score": NUMBER,
            "rung": {**TEXT, "enum": _RUNGS},
            "reason": _ref("Reason"),
        },
        {"pinned": FLAG, "promoted": FLAG},
    ),
    "Recommendations": _RECOMMENDATIONS,
    "RecommendationsOfMany": _object({"k": COUNT, "answers": _list(_ref("Recommendations"))}),
    "ProductsBeside": _object({"product_id": ID, **_PRODUCTS}, _MAYBE),
    "Products": _object(_PRODUCTS, _MAYBE),
    "Events": {
        "description": "One event, `events` with up to 100, a Segment track call, or a GA4 payload.",
        "anyOf": [
            _object({"events": {**_list(_ref("Event")), "minItems": 1, "maxItems": 100}}),
            _ref("Event"),
            _object({"type": {"const": "track"}, "event": TEXT, "properties": ANYTHING}),
        ],
    },
    "Event": _object(
        {
            "event_type": {
                **TEXT,
                "enum": ["view", "cart_add", "cart_remove", "purchase", "search", "impression", "click"],
            }
        },
        {
            "event_id": {**TEXT, "description": "repeats of it change nothing"},
            "user_id": {**TEXT, "description": "needs a visitor token that names it, or the server plan"},
            "session_id": TEXT,
            "product_id": TEXT,
            "occurred_at": {**INSTANT, "description": "now by default; clamped to a day around it"},
            "quantity": NUMBER,
            "unit_price": NUMBER,
            "currency": TEXT,
            "order_id": TEXT,
            "query": TEXT,
            "category": TEXT,
            "device": TEXT,
            "country": TEXT,
            "channel": TEXT,
        },
    ),
    "Collected": _object(
        {
            "accepted": COUNT,
            "repeated": COUNT,
            "refused": COUNT,
            "results": _list(
                _object(
                    {
                        "index": COUNT,
                        "event_id": _or_null(TEXT),
                        "status": {**TEXT, "enum": ["accepted", "repeated", "refused"]},
                    },
                    {"stored": TEXT, "occurred_at": INSTANT, "clamped": FLAG, "problem": ANYTHING},
                )
            ),
        }
    ),
    "Segments": _object({**_HEAD, "segments": _list(ANYTHING)}),
    "Members": _object(
        {
            **_HEAD,
            "segment_id": ID,
            "method": TEXT,
            "name": TEXT,
            "total": COUNT,
            "customers": _list(_object({"customer_id": ID, "net_minor": _or_null(MINOR)})),
            **_PAGE,
        }
    ),
    "Customer": _object({**_HEAD, "customer_id": ID}),
    "Features": {
        **_object({}, {"features": features_schema(), "previous_segment": _or_null(TEXT)}),
        "additionalProperties": False,
    },
    "Assignment": _object({**_HEAD, "customer_id": ID}),
    "Erasure": _object(
        {"erasure_id": ID, "state": _STATE},
        {
            "status_url": {**TEXT, "description": "where to ask how far it is"},
            "asked_at": INSTANT,
            "done_at": INSTANT,
            "customer": {**TEXT, "description": "HMAC-SHA256 of the id, under a secret of the stack"},
            "holdings": {"type": "object", "description": "by store, how much of what was erased"},
            "runs_not_reproducible": _list(TEXT),
        },
    ),
    "Export": _object(
        {"export_id": ID, "state": _STATE},
        {
            "status_url": {**TEXT, "description": "where to ask how far it is"},
            "asked_at": INSTANT,
            "url": {**TEXT, "description": "a ZIP file, for 15 minutes"},
            "url_expires_after_seconds": COUNT,
        },
    ),
    "Performance": _object({**_HEAD, "segments": _list(ANYTHING)}),
    "RecommendationMetrics": _object({**_HEAD}),
    "Journey": _object({**_HEAD, "customer_id": ID, "events": _list(ANYTHING), **_PAGE}),
    "Sales": _object(
        {
            **_HEAD,
            "rows": _list(ANYTHING),
            "totals": ANYTHING,
            "covers": ANYTHING,
            "shop_net_minor": MINOR,
            **_PAGE,
        }
    ),
    "Cohorts": _object(_HEAD),
    "Rules": _object({"rules": ANYTHING, "changed_at": _or_null(INSTANT), "changed_by": _or_null(TEXT)}),
    "RulesDocument": _closed(
        {
            "never": _SELECTION,
            "pin": _list(
                _closed(
                    {"product_id": ID, "position": _POSITION}
                    | {name: _list(TEXT) for name in ("countries", "segments", "categories")},
                    required=("product_id", "position"),
                )
            ),
            "promoted": _list(
                _closed(
                    {"position": _POSITION, "product_ids": {**_list(ID), "minItems": 1}},
                    required=("position", "product_ids"),
                )
            ),
            "boost": _list(
                _closed(
                    {"factor": {**NUMBER, "exclusiveMinimum": 1, "maximum": 10}, **_SELECTION["properties"]},
                    required=("factor",),
                )
            ),
            "bury": _SELECTION,
            "hide_bought": {"type": ["boolean", "null"]},
            "consumable": _SELECTION,
        }
    ),
    "Experiment": _object({"experiment_id": TEXT, "name": TEXT, "state": TEXT, "arms": _list(ANYTHING)}),
    "ExperimentDocument": _object(
        {
            "experiment_id": {**TEXT, "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"},
            "arms": {
                **_list(
                    _object(
                        {"arm": TEXT, "kind": {**TEXT, "enum": ["model", "popular", "none"]}, "weight": SHARE}
                    )
                ),
                "minItems": 2,
                "maxItems": 10,
            },
        },
        {"name": TEXT, "coverage": SHARE},
    ),
    "Experiments": _object({"experiments": _list(_ref("Experiment"))}),
    "Health": _object({"status": {"const": "up"}}),
    "OpenApi": ANYTHING,
}
