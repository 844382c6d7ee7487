"""JSON Schemas of what the API takes and answers, for the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.experiments.analysis_options import METRICS
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


def _coded(name: str) -> dict[str, Schema]:
    """Describe what stands beside a sentence of ours, for who has words of their own."""
    return {
        f"{name}_code": {
            **_or_null(TEXT),
            "description": f"what `{name}` says, for programs; null: other words",
        },
        f"{name}_values": {"type": "object", "description": f"what `{name}` names"},
    }


_CODES: Schema = {"type": "object", "description": "by the same names, for programs"}
_NOTES: dict[str, Schema] = {
    "notes": {**_list(TEXT), "description": "what to know beside the figures"},
    "note_codes": {**_list(TEXT), "description": "the code of each of `notes`, for programs"},
}
_STATE: Schema = {**TEXT, "enum": ["accepted", "running", "done", "failed"]}
_SELECTION = _closed({"product_ids": _list(ID), "categories": _list(ID)})
_POSITION: Schema = {"type": "integer", "minimum": 1, "maximum": 50}
_SLUG: Schema = {**TEXT, "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"}
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
    "recommendation_id": {**TEXT, "description": "names the answer: echo it in the events of what you show"},
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
    "arm_fallback": {
        **FLAG,
        "description": "what is live lacks the lists of the visitor's arm, so the live model's are shown",
    },
    "personal": {**FLAG, "description": "whether the user's own list was looked at"},
}
_RECOMMENDATIONS = _object({"user_id": _or_null(ID), **_PRODUCTS}, {"session_id": _or_null(ID), **_MAYBE})
_PREVIEW = _object(
    {
        "user_id": _or_null(ID),
        **{name: schema for name, schema in _PRODUCTS.items() if name != "recommendation_id"},
        "is_preview": {
            "const": True,
            "description": "nobody was shown this: it has no recommendation_id, so that no event can name it",
        },
        "has_own_list": {
            "type": ["boolean", "null"],
            "description": "whether a list is kept for this id; null of a guest, and where it cannot be read",
        },
    },
    _MAYBE,
)

DAY: Schema = {"type": "string", "format": "date"}
_ENDS: dict[str, Schema] = {"start": DAY, "end": DAY}
_COMPARED: dict[str, Schema] = {
    "value": {"type": ["number", "null"]},
    "previous": {"type": ["number", "null"], "description": "in the period before; null where none is kept"},
    "change": {"type": ["number", "null"], "description": "the share of the one before; null where it is 0"},
}
_SCORE: Schema = {"type": "integer", "minimum": 1, "maximum": 5}
_NAMES: Schema = {"type": "object", "additionalProperties": TEXT, "description": "of the segments, by id"}
_PRODUCT_NAMES: Schema = {**_NAMES, "description": "of the products of this page that are known, by id"}
_FUNNEL_OR_NULL: Schema = {"oneOf": [{"type": "null"}, _ref("Funnel")]}
_SIMULATED: dict[str, Schema] = {
    "is_simulated": {**FLAG, "description": "whether events that a program made up are among what it reads"}
}
_CHANNEL: dict[str, Schema] = {
    "channel_id": {**TEXT, "description": "what `channel` of a request takes"},
    "channel": {**_or_null(TEXT), "description": "null: not said, or folded"},
    "is_folded": {**FLAG, "description": "the smaller channels together"},
}
_JOURNEY_FILTERS: dict[str, Schema] = {
    "segment_id": {**_or_null(TEXT), "description": "whose it is; null: everybody's"},
    "channel": {**_or_null(TEXT), "description": "the channel that it is of; null: all of them"},
    "segments": {
        **_list(_object({"segment_id": ID, "name": TEXT})),
        "description": "what `segment_id` of a request may ask for, and find something",
    },
    "channels": {
        **_list(_object(_CHANNEL)),
        "description": "what `channel` of a request may ask for: at most 10",
    },
}
_MONTHS: Schema = {
    **_object({name: _or_null(day) for name, day in _ENDS.items()}),
    "description": "the days that were asked for; null: open",
}
_VERDICT: Schema = {**TEXT, "enum": ["ok", "warn", "drift", "not enough data"]}

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
    "RecommendationPreview": _PREVIEW,
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
            "customer_id": {**TEXT, "description": "another name of user_id"},
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
            "recommendation_id": {**TEXT, "description": "the id of the answer whose doing it is"},
            "placement": {**TEXT, "description": "where the recommendations stood, such as basket"},
            "position": {
                "type": "integer",
                "minimum": 1,
                "description": "the product's place among them, from 1",
            },
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
                    {"stored": _or_null(TEXT), "occurred_at": INSTANT, "clamped": FLAG, "problem": ANYTHING},
                )
            ),
        }
    ),
    "Segments": _object({**_HEAD, "segments": _list(ANYTHING)}, _SIMULATED),
    "Members": _object(
        {
            **_HEAD,
            "segment_id": ID,
            "method": TEXT,
            "name": TEXT,
            "total": COUNT,
            "customers": _list(_object({"customer_id": ID, "net_minor": _or_null(MINOR)})),
            **_PAGE,
        },
        _SIMULATED,
    ),
    "Customer": _object({**_HEAD, "customer_id": ID}, _SIMULATED),
    "CustomerFeatures": _object(
        {
            **_HEAD,
            "customer_id": ID,
            "features": {
                "type": "object",
                "description": "by name",
                "additionalProperties": _object(
                    {
                        "value": {"description": "a number, a text, true or false; null where none is known"},
                        "ttl_hours": COUNT,
                        "expired": {**FLAG, "description": "older than that, and therefore null"},
                    }
                ),
            },
        }
    ),
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
    "Performance": _object(
        {
            **_HEAD,
            "segments": _list(ANYTHING),
            "migration_reason": {**_or_null(TEXT), "description": "why nobody is known to have moved"},
        },
        {**_coded("migration_reason"), **_SIMULATED},
    ),
    "RecommendationMetrics": _object({**_HEAD}),
    "Drift": _object(
        {
            **_HEAD,
            "verdict": _VERDICT,
            "reasons": {**_list(TEXT), "description": "what moved and by how much, the most severe first"},
            "reference": {"type": ["object", "null"], "description": "what now is held against"},
            "features": _list(_ref("DriftedColumn")),
            "raw": _list(_ref("DriftedColumn")),
            "segments": _ref("DriftedPart"),
            "catalogue": _ref("DriftedPart"),
            "diversity": _ref("DriftedPart"),
            "decay": _ref("DriftedPart"),
        },
        {
            "why": {**TEXT, "description": "why there is nothing to hold against"},
            **_coded("why"),
            "raw_why": {
                **TEXT,
                "description": "why there is nothing to hold orders, lines and events against",
            },
            **_coded("raw_why"),
            **_SIMULATED,
        },
    ),
    "DriftedColumn": _object(
        {
            "column": TEXT,
            "kind": {**TEXT, "enum": ["number", "category", "presence"]},
            "verdict": _VERDICT,
            "severity": {**NUMBER, "description": "to sort by: the greater the worse"},
            "reference": ANYTHING,
            "current": ANYTHING,
            "measures": _list(_ref("DriftMeasure")),
        },
        {"beyond_share": SHARE, "bins": _list(_object({"bin": TEXT, "reference": SHARE, "current": SHARE}))},
    ),
    "DriftedPart": _object(
        {"verdict": _VERDICT, "severity": NUMBER, "measures": _list(_ref("DriftMeasure"))}
    ),
    "DriftMeasure": _object(
        {
            "measure": TEXT,
            "verdict": _VERDICT,
            "says": {**TEXT, "description": "a sentence with value and threshold"},
        },
        {
            "value": NUMBER,
            "threshold": NUMBER,
            "p": SHARE,
            "of": {**TEXT, "description": "the way to segment, of `segment_mix`"},
            **_coded("why"),
        },
    ),
    "Effectiveness": _object(
        {
            **_HEAD,
            "by": TEXT,
            "since": TEXT,
            "until": TEXT,
            "rule": ANYTHING,
            "reason": {"type": ["string", "null"], "description": "why there are no rates"},
            "totals": ANYTHING,
            "shop": ANYTHING,
            "coverage": ANYTHING,
            "rows": _list(ANYTHING),
        },
        {**_coded("reason"), **_SIMULATED},
    ),
    "Overview": _object(
        {
            **_HEAD,
            "period": _object({**_ENDS, "days": COUNT}),
            "previous": {"oneOf": [{"type": "null"}, _object(_ENDS)]},
            "previous_reason": {**_or_null(TEXT), "description": "why there is no period before"},
            **_coded("previous_reason"),
            **{
                name: _ref("Compared")
                for name in (
                    "net_minor",
                    "orders",
                    "aov_minor",
                    "customers",
                    "new_customers",
                    "returning_customers",
                )
            },
            "grain": {**TEXT, "enum": ["day", "week", "month"]},
            "trend": _list(
                _object(
                    {
                        "begins": {**DAY, "description": "of the day, week or month"},
                        **{
                            name: {**each, "description": "within the period"} for name, each in _ENDS.items()
                        },
                        "net_minor": MINOR,
                        "orders": COUNT,
                        "aov_minor": {"type": ["number", "null"]},
                        "previous_net_minor": {
                            **_or_null(WHOLE),
                            "description": "of the days so long before as the period is long",
                        },
                    }
                )
            ),
            "marks": {
                **_list(_object({"day": DAY, "name": TEXT, "country": _or_null(TEXT)})),
                "description": "the shop's calendar",
            },
            "top": _object({name: _list(_ref("Top")) for name in ("products", "categories", "countries")}),
            "kept": {
                "type": "object",
                "description": "of how many countries, categories and products a run keeps the days",
                "additionalProperties": _object({"kept": COUNT, "of": COUNT}),
            },
            "changes": {**_list(_ref("Change")), "description": "of the shop first"},
        }
    ),
    "Compared": _object(_COMPARED),
    "Top": _object({"name": TEXT, **_COMPARED}, {"product_id": ID, "category": TEXT, "country": TEXT}),
    "Change": _object(
        {
            "kind": {
                **TEXT,
                "enum": [
                    "net_minor",
                    "orders",
                    "new_customers",
                    "returning_customers",
                    "country",
                    "category",
                    "product",
                    "segment",
                ],
            },
            "id": {**_or_null(TEXT), "description": "of the country, category, product or segment"},
            "name": TEXT,
            **_COMPARED,
            "difference": WHOLE,
            "text": {**TEXT, "description": "an English sentence of these figures"},
        },
        {"since": {**DAY, "description": "of a segment: the day up to which the run before had data"}},
    ),
    "SegmentMap": _object(
        {
            **_HEAD,
            "frequency_unit": {**TEXT, "description": "what frequency counts: days or orders"},
            "cuts": {"type": "object", "description": "what the scores 2 to 5 take, of r, f and m"},
            "cells": {**_list(_ref("SegmentCell")), "description": "all 25"},
            "unscored": {
                **_object({"customers": COUNT, "net_minor": MINOR}),
                "description": "who never bought",
            },
            "map": _list(_object({"r": _SCORE, "fm": _SCORE, "segment_id": ID})),
            "names": _NAMES,
        }
    ),
    "SegmentCell": _object(
        {
            "r": _SCORE,
            "f": _SCORE,
            "customers": COUNT,
            "net_minor": MINOR,
            "mean_monetary_minor": {"type": ["number", "null"], "description": "net of a customer"},
            "segment_id": {**_or_null(ID), "description": "of the most of them"},
            "segments": _list(_object({"segment_id": ID, "customers": COUNT, "net_minor": MINOR})),
        }
    ),
    "Clusters": _object(
        {
            **_HEAD,
            "k": COUNT,
            "reason": {**_or_null(TEXT), "description": "why there are no two clusters"},
            "seed": COUNT,
            **{name: _or_null(NUMBER) for name in ("silhouette", "stability", "inertia")},
            "features": _list(TEXT),
            "by_k": {
                **_list(_object({"k": COUNT, "silhouette": NUMBER, "stability": NUMBER, "inertia": NUMBER})),
                "description": "each number of clusters that was tried",
            },
            "clusters": _list(
                _object(
                    {"cluster_id": COUNT, "name": TEXT, "customers": COUNT, "profile": ANYTHING},
                    {"name_parts": {"type": "object", "description": "what the name is made of"}},
                )
            ),
            "customers": COUNT,
            "points": {
                **_list(_object({"x": NUMBER, "y": NUMBER, "cluster": COUNT})),
                "description": "at most 2,000 customers on the two principal components",
            },
            "points_reason": {**_or_null(TEXT), "description": "why there are no points"},
            "centres": _list(_object({"cluster": COUNT, "x": NUMBER, "y": NUMBER})),
            "components": _list(
                _object(
                    {
                        "variance_share": SHARE,
                        "weights": {"type": "object", "additionalProperties": NUMBER},
                    }
                )
            ),
        },
        {**_coded("reason"), **_coded("points_reason")},
    ),
    "SegmentProducts": _object(
        {
            **_HEAD,
            "method": TEXT,
            "segment_id": ID,
            "name": TEXT,
            "customers": COUNT,
            "products": {
                **_list(
                    _object(
                        {
                            "product_id": ID,
                            "name": TEXT,
                            "net_minor": MINOR,
                            "items": NUMBER,
                            "buyers": COUNT,
                            "share_of_customers": SHARE,
                            "lift": {**NUMBER, "description": "that share by the one among all customers"},
                        }
                    )
                ),
                "description": "at most 20, by net",
            },
            "next_products": {
                **_list(_object({"product_id": ID, "name": TEXT, "share_of_customers": SHARE})),
                "description": "that most of them are recommended",
            },
        },
        _SIMULATED,
    ),
    "Migration": _object(
        {
            **_HEAD,
            "from_run": _or_null(TEXT),
            "to_run": TEXT,
            "from_as_of": _or_null(TEXT),
            "to_as_of": TEXT,
            "moves": _list(
                _object(
                    {
                        "from_segment_id": {**_or_null(ID), "description": "null: new"},
                        "to_segment_id": {**_or_null(ID), "description": "null: gone"},
                        "customers": COUNT,
                        "net_minor": MINOR,
                        "net_minor_change": MINOR,
                    }
                )
            ),
            "totals": {"type": ["object", "null"], "additionalProperties": WHOLE},
            "names": _NAMES,
            "reason": {**_or_null(TEXT), "description": "why there are no moves"},
            **_coded("reason"),
        }
    ),
    "Funnels": _object(
        {
            **_HEAD,
            "session_minutes": {**NUMBER, "description": "a visit ends after so long without an event"},
            "sessions": _FUNNEL_OR_NULL,
            "visitors": _FUNNEL_OR_NULL,
            "reason": {**_or_null(TEXT), "description": "why there is no funnel, or none of visitors"},
            **_coded("reason"),
            **_JOURNEY_FILTERS,
            "covers": _MONTHS,
        },
        _SIMULATED,
    ),
    "Funnel": _object(
        {
            "steps": _list(_ref("FunnelStep")),
            "by_channel": _list(
                _object(
                    {**_CHANNEL, "steps": _list(_ref("FunnelStep"))},
                )
            ),
        }
    ),
    "FunnelStep": _object(
        {
            "step": {**TEXT, "enum": ["session", "visitor", "product_view", "cart_add", "purchase"]},
            "reached": {**_or_null(COUNT), "description": "came to it at all"},
            "in_order": {**_or_null(COUNT), "description": "came to each recorded step up to it in order"},
            "step_conversion": {"type": ["number", "null"], "description": "of the recorded step before"},
            "conversion": {"type": ["number", "null"], "description": "of all"},
            "reason": {**_or_null(TEXT), "description": "why it is not known"},
        },
        _coded("reason"),
    ),
    "Paths": _object(
        {
            **_HEAD,
            "of": TEXT,
            "graph": {"oneOf": [{"type": "null"}, _ref("PathGraph")]},
            "reason": {**_or_null(TEXT), "description": "why there is no graph"},
            **_coded("reason"),
            **_JOURNEY_FILTERS,
            "covers": _MONTHS,
        },
        {
            "session_minutes": {**NUMBER, "description": "a visit ends after so long without an event"},
            **_SIMULATED,
        },
    ),
    "PathGraph": _object(
        {
            "nodes": _list(
                _object(
                    {
                        "id": COUNT,
                        "step": COUNT,
                        "kind": {**TEXT, "enum": ["state", "end", "tail", "folded", "unknown"]},
                        "state": TEXT,
                        "weight": COUNT,
                    }
                )
            ),
            "links": _list(
                _object(
                    {"source": COUNT, "target": COUNT, "weight": COUNT, "share": SHARE},
                    {"median_days": {"type": ["number", "null"]}},
                )
            ),
            "depth": COUNT,
            "journeys": COUNT,
            "cut": {**COUNT, "description": "journeys that went on beyond the depth"},
            "is_cut": FLAG,
        }
    ),
    "RepeatPurchases": _object(
        {
            **_HEAD,
            "stages": _list(ANYTHING),
            "first_products": _ref("Firsts"),
            "first_categories": {"oneOf": [{"type": "null"}, _ref("Firsts")]},
            "reasons": ANYTHING,
            "reason_codes": _CODES,
        }
    ),
    "Firsts": _object(
        {
            "items": _list(
                _object(
                    {
                        "item": TEXT,
                        "customers": COUNT,
                        "returned": COUNT,
                        "repeat_rate": SHARE,
                        "median_days_to_next": {"type": ["number", "null"]},
                    },
                    {"name": TEXT},
                )
            ),
            "next": _list(
                _object(
                    {"item": TEXT, "next_item": TEXT, "customers": COUNT}, {"name": TEXT, "next_name": TEXT}
                )
            ),
        }
    ),
    "SegmentEffects": _object({**_HEAD, "exports": _list({**ANYTHING, "properties": _NOTES})}),
    "ExperimentResults": _object(
        {
            **_HEAD,
            "experiment_id": TEXT,
            "verdict": ANYTHING,
            "arms": _list(ANYTHING),
            "sample_ratio": ANYTHING,
            "metrics": _list(ANYTHING),
        },
        {**_NOTES, **_SIMULATED},
    ),
    "Journey": _object(
        {**_HEAD, "customer_id": ID, "events": _list(ANYTHING), "names": _PRODUCT_NAMES, **_PAGE},
        {
            "absent": {"type": "object", "description": "by kind of event, why there are none"},
            "absent_codes": _CODES,
            **_SIMULATED,
        },
    ),
    "Sales": _object(
        {
            **_HEAD,
            "rows": _list(ANYTHING),
            "totals": ANYTHING,
            "of": {"type": ["object", "null"]},
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
    "Experiment": _object(
        {
            "experiment_id": TEXT,
            "name": TEXT,
            "state": {**TEXT, "enum": ["draft", "running", "stopped", "archived"]},
            "arms": _list(ANYTHING),
        },
        {
            "hypothesis": TEXT,
            "coverage": {"type": ["number", "string"]},
            "segments": _list(TEXT),
            "namespace": {"type": ["object", "null"]},
            "control": _or_null(TEXT),
            "primary_metric": _or_null(TEXT),
            **{f"{done}_at": INSTANT for done in ("created", "started", "stopped", "archived")},
            "by": TEXT,
        },
    ),
    "ExperimentDocument": _closed(
        {
            "experiment_id": _SLUG,
            "name": {**TEXT, "minLength": 1, "maxLength": 200},
            "hypothesis": {**TEXT, "maxLength": 2_000},
            "arms": {**_list(_ref("Arm")), "minItems": 2, "maxItems": 10},
            "coverage": {**SHARE, "description": "of those who may take part, how many do"},
            "segments": {**_list(ID), "description": "whose customers alone may take part"},
            "namespace": _closed(
                {"id": _SLUG, "range": {**_list(SHARE), "minItems": 2, "maxItems": 2}},
                required=("id", "range"),
            ),
            "control": {**_SLUG, "description": "the arm that the others are held against"},
            "primary_metric": {**TEXT, "enum": list(METRICS), "description": "the metric that decides"},
            "start": {**FLAG, "description": "start it at once, instead of keeping it as a draft"},
        },
        required=("experiment_id", "arms"),
    ),
    "Arm": _closed(
        {
            "arm": _SLUG,
            "kind": {**TEXT, "enum": ["model", "hybrid", "popular", "rules", "none"]},
            "weight": SHARE,
            "model": {**TEXT, "description": "of the kind model: the method; without it the live model"},
            "weights": {"type": "object", "additionalProperties": SHARE, "description": "by method"},
            "rules": {**ANYTHING, "description": "business rules that replace the shop's"},
        },
        required=("arm", "kind", "weight"),
    ),
    "Experiments": _object(
        {
            "experiments": _list(_ref("Experiment")),
            "holdout": {"oneOf": [{"type": "null"}, _ref("Holdout")]},
        }
    ),
    "Holdout": _object({"share": SHARE, "since": _or_null(INSTANT)}, {"changed_at": INSTANT, "by": TEXT}),
    "HoldoutDocument": _closed({"share": SHARE}, required=("share",)),
    "Status": _object(
        {
            "at": INSTANT,
            "stack": TEXT,
            "runs": {
                "type": "object",
                "description": "by state machine, the newest first",
                "additionalProperties": _list(_ref("RunOf")),
            },
            "freshness": _list(ANYTHING),
            "alarms": _list(ANYTHING),
            "dead_letters": COUNT,
            "breaches": _list(ANYTHING),
            "decision": _or_null(ANYTHING),
            "next": _list(_object({"say": TEXT, **_coded("say"), "command": TEXT})),
        },
        {
            "runs_left_out": {
                **COUNT,
                "description": "of some days: how many older runs there were than are listed",
            }
        },
    ),
    "RunOf": _object(
        {
            "run_id": TEXT,
            "status": TEXT,
            "began": INSTANT,
            "seconds": {**NUMBER, "description": "until its end, or until now"},
            "published": {"type": ["boolean", "null"]},
            "reason": TEXT,
            "cause": {**TEXT, "description": "why it failed"},
        },
        {
            **_coded("reason"),
            "engine": {**TEXT, "enum": ["duckdb", "spark", "too_large"]},
            "engine_reason": {**TEXT, "description": "why it, by what the run's tables count"},
            **_coded("engine_reason"),
        },
    ),
    "UploadReports": _object({"reports": _list(_ref("UploadReport")), **_PAGE}),
    "UploadReport": _object(
        {
            "object": {**ID, "description": "of the upload's version"},
            "key": {**TEXT, "description": "where it was uploaded to"},
            "table": {**_or_null(TEXT), "description": "null of a file that cannot be read"},
            "state": {**TEXT, "enum": ["done", "refused", "unreadable"]},
            "at": {**INSTANT, "description": "when it was judged"},
            "currency": TEXT,
            **{
                name: {**_or_null(COUNT), "description": "rows; null of a file that cannot be read"}
                for name in ("read", "kept", "refused", "repeated", "superseded")
            },
            "refused_by_rule": {
                **_list(_object({"rule": TEXT, "rows": COUNT, "says": TEXT})),
                "description": "the commonest first",
            },
            "doubts": {**_list(TEXT), "description": "what was guessed, and how to state it"},
            "breaches": {
                **_list(
                    _object(
                        {"rule": TEXT, "severity": TEXT, "says": TEXT},
                        {"column": TEXT, "measure": TEXT, "value": NUMBER, "limit": NUMBER},
                    )
                ),
                "description": "of the rules of quality",
            },
            "problem": {**_or_null(TEXT), "description": "why it cannot be read"},
        }
    ),
    "Cost": _object({"machines": ANYTHING, "month": ANYTHING, "prices_read_on": TEXT}),
    "Models": _object({"models": _list(_ref("ModelVersion")), "live": ANYTHING}),
    "ModelVersion": _object(
        {
            "model": TEXT,
            "version": {**TEXT, "description": "the run that made it"},
            "decision": {**TEXT, "enum": ["published", "promoted", "recorded", "skipped"]},
            "reason": TEXT,
            "state": {**TEXT, "enum": ["live", "superseded", ""]},
            "kept_until": TEXT,
            "as_of": INSTANT,
            "low_data": FLAG,
            "parameters": ANYTHING,
            **{
                name: {"type": [kind, "null"]}
                for name, kind in (
                    ("created_at", "string"),
                    ("parent", "object"),
                    ("promoted", "object"),
                    ("customers", "integer"),
                    ("metrics", "object"),
                    ("fingerprint", "string"),
                )
            },
        },
        _coded("reason"),
    ),
    "RolledBack": _object(
        {
            "family": TEXT,
            "live_run": TEXT,
            "model": {"type": ["object", "null"]},
            "rolled_back": _or_null(TEXT),
            "kept_until": _or_null(INSTANT),
        }
    ),
    "Health": _object({"status": {"const": "up"}}),
    "OpenApi": ANYTHING,
}
