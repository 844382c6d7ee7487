"""The journeys of the live run: how far visits come, what follows on what, and how customers come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import BadField
from patronage.logic.choices import check_choice
from patronage.logic.said import code_of, coded, said
from patronage.logic.segments.journeys_funnel import sliced_funnel
from patronage.logic.segments.journeys_months import in_span
from patronage.logic.segments.journeys_moves import graph_of
from patronage.logic.segments.journeys_purchases import stage_graph
from patronage.logic.segments.journeys_slices import (
    ANONYMOUS,
    FILTERS,
    check_channel,
    check_segment,
)
from patronage.logic.spans import Span, check_months, check_order
from patronage.steps.analytics.documents import document_since
from patronage.steps.analytics.paging import needed

if TYPE_CHECKING:
    from datetime import date, datetime

    from patronage.logic.serve.generation import Generation
    from patronage.stores.figures_reader import FiguresReader

GRAPHS = ("sessions", "purchases", "categories")
"""What paths there are: of a visit, from purchase to purchase, from category to category."""
SLICES = {"sessions": "session-slices", "purchases": "purchase-slices", "categories": "category-slices"}
"""The documents that hold the paths by segment and channel."""
_OF_THE_RUN = ("run_id", "as_of")
"""What the head of an answer says already."""
_NO_CUSTOMER = said("only_known_customers")


def funnel(
    reader: FiguresReader,
    *,
    segment_id: str | None = None,
    channel: str | None = None,
    start: date | None = None,
    end: date | None = None,
    now: datetime,
) -> dict[str, Any]:
    """Return how many ``sessions`` and how many ``visitors`` came to each step, and each channel's.

    Both are None where the shop has no events, visitors also of a part of the time, with the ``reason``.
    ``segments`` and ``channels`` are what there is to choose from, and ``covers`` is what was asked for.

    Parameters
    ----------
    segment_id : str or None
        Whose: an RFM segment of this run, "anonymous" or "none"; all by default.
    channel : str or None
        A ``channel_id``: of a session that of its first event that names one, of a visitor that of the first
        session that does; all by default.
    start, end : date, optional
        Whole months of the shop, both days included, in which sessions began; all of them by default.

    Raises
    ------
    BadField
        There is no such segment or channel, or a month is cut.
    NotFound
        The run was published before there was what is asked for.
    """
    check_segment(segment_id)
    span = Span(start, end)
    _check_span(span)
    found, generation = _document(reader, "funnels", now)
    answer = {
        **_ANY,
        **found,
        **coded("reason", found.get("reason")),
        **generation.head(now),
        "segment_id": segment_id,
        "channel": channel,
        "covers": span.ends,
    }
    if found["sessions"] is None or (segment_id is channel is None and not span):
        return answer
    slices = document_since(reader, generation, "funnel-months" if span else "funnel-slices")
    check_channel(channel, slices["channels"], source="event")
    if span:
        counted = in_span(slices, "sessions", span)
        visits = sliced_funnel(counted, "session", segment_id=segment_id, channel=channel)
        return answer | {"sessions": visits, "visitors": None, **_NO_VISITORS.fields()}
    return answer | {
        f"{unit}s": sliced_funnel(slices, unit, segment_id=segment_id, channel=channel)
        for unit in ("session", "visitor")
    }


_NO_VISITORS = said("no_visitors_of_dates")
_ANY: dict[str, Any] = {**{name: [] for name in FILTERS}, "is_simulated": False}
"""What a generation says that was published before funnels and paths had filters."""


def paths(
    reader: FiguresReader,
    *,
    of: str = "sessions",
    segment_id: str | None = None,
    channel: str | None = None,
    start: date | None = None,
    end: date | None = None,
    now: datetime,
) -> dict[str, Any]:
    """Return one graph of nodes and links, as a Sankey diagram draws it.

    Parameters
    ----------
    of : str
        One of `GRAPHS`.
    segment_id : str or None
        Whose: an RFM segment of this run, "anonymous" or "none"; all by default.
    channel : str or None
        A ``channel_id``: the session's, or, of purchases and categories, that of the customer's first
        purchase; all by default.
    start, end : date, optional
        Whole months of the shop, both days included, in which sessions began; all of them by default. Of
        purchases and categories there is the whole time alone.

    Returns
    -------
    dict
        ``graph``, None where the shop does not record what it takes, with the ``reason``, and in ``covers``
        the days that were asked for.

    Raises
    ------
    BadField
        There is no such graph, segment or channel, a month is cut, or dates are given that do not count.
    NotFound
        The run was published before there was what is asked for.
    """
    check_choice("of", of, GRAPHS)
    check_segment(segment_id)
    span = Span(start, end)
    _check_span(span, of)
    found, generation = _document(reader, "transitions", now)
    graphs = {name: found.pop(name) for name in GRAPHS}
    reasons, filters = found.pop("reasons"), found.pop("filters", {})
    answer = {
        **_ANY,
        **found,
        **filters.get(of, {}),
        **generation.head(now),
        "is_simulated": of == "sessions" and found.get("is_simulated", False),
        "of": of,
        "segment_id": segment_id,
        "channel": channel,
        "covers": span.ends,
        "graph": graphs[of],
        "reason": reasons.get(of),
        **coded("reason", reasons.get(of)),
    }
    if graphs[of] is None or (segment_id is channel is None and not span):
        return answer
    slices = document_since(reader, generation, "session-months" if span else SLICES[of])
    check_channel(channel, slices["channels"], source="event" if of == "sessions" else "order")
    if of != "sessions" and segment_id == ANONYMOUS:
        return answer | {"graph": None, **_NO_CUSTOMER.fields()}
    shown = in_span(slices, "slices", span) if span else slices
    return answer | {"graph": _graph(of, shown, segment_id, channel)}


def _graph(of: str, slices: dict[str, Any], segment_id: str | None, channel: str | None) -> dict[str, Any]:
    if of != "purchases":
        return graph_of(slices, segment_id=segment_id, channel=channel)
    # A median of two slices is not to be had from theirs, so that each pair and each alone has its own.
    asked = (segment_id, channel)
    found = [each for each in slices["slices"] if (each["segment_id"], each["channel_id"]) == asked]
    return stage_graph(found[0]["stages"] if found else [])


def _check_span(span: Span, of: str = "sessions") -> None:
    """Refuse a span that cuts a month, or one of what follows customers over the whole time."""
    check_order(span)
    if of == "sessions":
        check_months(span, "visits")
    elif span:
        field = "start" if span.start else "end"
        raise BadField(
            f"{field} is {getattr(span, field)}, and paths of {of} follow customers from their first "
            "purchase, whenever it was; leave start and end out, or ask of=sessions",
            field=field,
            rule="not-kept",
        )


def purchases(reader: FiguresReader, *, now: datetime) -> dict[str, Any]:
    """Return who comes back after the first purchase, the second and so on, and what was bought first."""
    found, generation = _document(reader, "purchases", now)
    codes = {name: code_of(reason) for name, reason in found["reasons"].items()}
    return {**found, "reason_codes": codes, **generation.head(now)}


def _document(reader: FiguresReader, name: str, now: datetime) -> tuple[dict[str, Any], Generation]:
    generation = reader.live("segments", now)
    found = needed(reader.document(generation.run_id, name), generation, None)
    return {key: value for key, value in found.items() if key not in _OF_THE_RUN}, generation
