"""One customer: where they stand, and what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.said import code_of
from patronage.logic.segments.assigning import unpack_features
from patronage.logic.segments.journeys_items import timeline_from
from patronage.logic.serve.documents import unpack_document
from patronage.steps.analytics.paging import begin, check_limit, cut, needed

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.logic.serve.generation import Generation
    from patronage.stores.figures_reader import FiguresReader


def customer(reader: FiguresReader, customer_id: str, *, now: datetime) -> dict[str, Any]:
    """Return all that the live run says of a customer; what it does not know is left out.

    ``is_simulated`` says whether events that a program made up are among what it is made of.

    Raises
    ------
    NotFound
        It knows no such customer.
    """
    generation = reader.live("segments", now)
    item = reader.customer(generation.run_id, customer_id)
    if item is None:
        raise unknown_customer(customer_id, generation)
    summary = reader.summary(generation.run_id) or {}
    answer = {
        "customer_id": customer_id,
        **unpack_document([item["packed"]]),
        "is_simulated": summary.get("has_simulated_events", False),
        **generation.head(now),
    }
    if "features" in item:
        names = needed(reader.document(generation.run_id, "assigning"), generation, None)["features"]
        answer["features"] = dict(zip(names, unpack_features(item["features"]), strict=True))
    return answer


def journey(
    reader: FiguresReader, customer_id: str, *, limit: int = 100, cursor: str | None = None, now: datetime
) -> dict[str, Any]:
    """Return what happened to a customer, the newest of the ``events`` first, in pages.

    ``total`` counts all of them, also those that were cut from what is kept (``is_cut``); ``names`` says what
    the products of the page are called, as far as the live recommendations know them;
    ``is_simulated`` says whether events that a program made up are among what timelines are made of.

    Raises
    ------
    NotFound
        The run has no timeline of this customer.
    """
    check_limit(limit)
    question = ["journey", customer_id]
    generation, (start,) = begin(reader, question, cursor, 1, now=now)
    document = reader.journey(generation.run_id, customer_id)
    if document is None and cursor is None:
        raise unknown_customer(customer_id, generation)
    document = needed(document, generation, cursor)
    stated = reader.document(generation.run_id, "timelines") or {}
    is_simulated = stated.get("is_simulated", False)
    timeline = timeline_from(document, customer_id, stated.get("absent", {}))
    newest_first = timeline.pop("entries")[::-1]
    events, following = cut(newest_first, generation, question, start=start, limit=limit)
    return {
        **timeline,
        "absent_codes": {kind: code_of(reason) for kind, reason in timeline["absent"].items()},
        "events": events,
        "names": reader.product_names(filter(None, (event["product_id"] for event in events)), now),
        "next_cursor": following,
        "is_simulated": is_simulated,
        **generation.head(now),
    }


def unknown_customer(customer_id: str, generation: Generation) -> NotFound:
    """Return the error of a customer whom a generation does not know."""
    return NotFound(
        f"generation {generation.run_id} knows no customer {customer_id!r}; ids are compared letter by letter"
    )
