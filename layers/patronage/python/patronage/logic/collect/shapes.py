"""The shapes in which events are posted: Patronage's own, Segment's calls, and GA4's measurement protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import BadField
from patronage.logic.shown import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    Fields = dict[str, Any]

MOST_EVENTS = 100
MOST_PRODUCTS = 100
OWN_FIELDS = (
    "event_id",
    "event_type",
    "customer_id",
    "user_id",
    "session_id",
    "product_id",
    "occurred_at",
    "quantity",
    "unit_price",
    "currency",
    "order_id",
    "query",
    "category",
    "device",
    "country",
    "channel",
    "recommendation_id",
    "placement",
    "position",
)
"""The fields of Patronage's own shape; `user_id` is another name of `customer_id`."""
_SEGMENT_CALLS = {"track": "", "page": "page view", "screen": "screen view"}
"""What each of Segment's calls tells; a `track` names its event itself."""
_SEGMENT_PRODUCT = {
    "product_id": "product_id",
    "quantity": "quantity",
    "unit_price": "price",
    "category": "category",
}
_GA4_PRODUCT = {
    "product_id": "item_id",
    "quantity": "quantity",
    "unit_price": "price",
    "category": "item_category",
}
"""Our names of what a product of theirs says, to their names."""
_RECOMMENDATION = "r1~"
"""What the id of an answer of recommendations begins with; any other id of a list is of another list."""
_MOST_IGNORED = 10
_NAME_CHARACTERS = 60


def posted_events(body: Mapping[str, Any]) -> list[tuple[Any, Mapping[str, Any]]]:
    """List the events of a body, each with what the body says of all of them.

    Raises
    ------
    BadField
        `events` is no list of 1 to 100.
    """
    if "events" not in body:
        return [(body, {})]
    events = body["events"]
    if not isinstance(events, list):
        raise BadField(
            f"events={shown(events)} is no list; send one event as the body, or a list of them as events",
            field="events",
            rule="list",
        )
    if not 1 <= len(events) <= MOST_EVENTS:
        raise BadField(
            f"events holds {len(events)}; send 1 to {MOST_EVENTS} at once", field="events", rule="count"
        )
    shared = {name: value for name, value in body.items() if name != "events"}
    return [(event, shared) for event in events]


def own_fields(event: Any, shared: Mapping[str, Any]) -> list[Fields]:
    """Return a posted event in Patronage's own fields, once for each product that it names.

    Parameters
    ----------
    event : object
        An event in any of the shapes.
    shared : mapping
        What the body says of all of its events.

    Raises
    ------
    BadField
        It is no object, or what it says of its products is no list of them.
    """
    if not isinstance(event, dict):
        raise BadField(f"the event is {shown(event)}; send a JSON object", field="event", rule="object")
    if "event_type" in event:
        return [_own(event)]
    if event.get("type") in list(_SEGMENT_CALLS):  # a list, for the type may be of any type
        return _of_segment(event)
    if "name" in event:
        return _of_ga4(event, shared)
    return [_own(event)]


def ignored_fields(event: Mapping[str, Any]) -> list[str]:
    """Name fields of an event of Patronage's own shape that mean nothing, of the first few."""
    if "event_type" not in event:
        return []
    unknown = [name[:_NAME_CHARACTERS] for name in event if name not in OWN_FIELDS]
    return unknown[:_MOST_IGNORED]


def _own(event: Mapping[str, Any]) -> Fields:
    fields = {name: event.get(name) for name in OWN_FIELDS}
    other = fields.pop("user_id")
    if other in (None, ""):
        return fields
    if fields["customer_id"] not in (None, "", other):
        raise BadField(
            "customer_id and user_id name two customers; send one of them", field="user_id", rule="one-name"
        )
    return fields | {"customer_id": other}


def _of_segment(call: Mapping[str, Any]) -> list[Fields]:
    said = _object(call, "properties")
    context = _object(call, "context")
    fields = {
        "event_id": call.get("messageId"),
        "event_type": _SEGMENT_CALLS[call["type"]] or call.get("event"),
        "customer_id": call.get("userId"),
        "session_id": call.get("anonymousId"),
        "occurred_at": call.get("timestamp"),
        "currency": said.get("currency"),
        "order_id": said.get("order_id"),
        "query": said.get("query"),
        "device": _object(context, "device").get("type"),
        "country": _object(context, "location").get("country"),
        "channel": said.get("channel"),
    }
    return [
        fields | _renamed(each, _SEGMENT_PRODUCT) | _recommended({**said, **each}, list_="list_id")
        for each in _products(said, "products") or [said]
    ]


def _of_ga4(event: Mapping[str, Any], shared: Mapping[str, Any]) -> list[Fields]:
    said = _object(event, "params")
    fields = {
        "event_id": said.get("event_id"),
        "event_type": event["name"],
        "customer_id": shared.get("user_id"),
        "session_id": shared.get("client_id"),
        "occurred_at": _milliseconds(event.get("timestamp_micros", shared.get("timestamp_micros"))),
        "currency": said.get("currency"),
        "order_id": said.get("transaction_id"),
        "query": said.get("search_term"),
        "device": _object(shared, "device").get("category"),
        "country": _object(shared, "user_location").get("country_id"),
        "channel": said.get("channel"),
    }
    return [
        fields | _renamed(each, _GA4_PRODUCT) | _recommended({**said, **each}, list_="item_list_id")
        for each in _products(said, "items") or [{}]
    ]


def _recommended(said: Mapping[str, Any], *, list_: str) -> Fields:
    """Return which answer of recommendations showed a product, and where.

    Under our own names, else as the tracker tells of lists, where the list is such an answer.
    """
    own = {name: said.get(name) for name in ("recommendation_id", "placement", "position")}
    listed = said.get(list_)
    if own["recommendation_id"] or not (isinstance(listed, str) and listed.startswith(_RECOMMENDATION)):
        return own
    index = said.get("index")
    if own["position"] is None and isinstance(index, int) and not isinstance(index, bool):
        own["position"] = index + 1  # GA4 counts from 0
    return own | {"recommendation_id": listed, "placement": own["placement"] or said.get("item_list_name")}


def _renamed(said: Mapping[str, Any], names: Mapping[str, str]) -> Fields:
    return {name: said.get(theirs) for name, theirs in names.items()}


def _milliseconds(micros: Any) -> Any:
    """Turn microseconds since 1970 into milliseconds; leave what is no whole number to be refused."""
    if isinstance(micros, str) and micros.isascii() and micros.isdigit() and len(micros) <= 20:
        micros = int(micros)
    return micros // 1000 if isinstance(micros, int) and not isinstance(micros, bool) else micros


def _products(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    products = said.get(name)
    if products is None:
        return []
    if not isinstance(products, list) or not all(isinstance(each, dict) for each in products):
        raise BadField(f"{name}={shown(products)} is no list of objects", field=name, rule="list")
    if len(products) > MOST_PRODUCTS:
        raise BadField(
            f"{name} holds {len(products)}; send at most {MOST_PRODUCTS} in one event",
            field=name,
            rule="count",
        )
    return products


def _object(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = said.get(name)
    return value if isinstance(value, dict) else {}
