"""The journeys of the live run: how far visits come, what follows on what, and how customers come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.choices import check_choice
from patronage.logic.segments.journeys_funnel import sliced_funnel
from patronage.logic.segments.journeys_moves import graph_of
from patronage.logic.segments.journeys_purchases import stage_graph
from patronage.logic.segments.journeys_slices import (
    ANONYMOUS,
    FILTERS,
    check_channel,
    check_segment,
)
from patronage.steps.analytics.documents import document_since
from patronage.steps.analytics.paging import needed

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.logic.serve.generation import Generation
    from patronage.stores.figures_reader import FiguresReader

GRAPHS = ("sessions", "purchases", "categories")
"""What paths there are: of a visit, from purchase to purchase, from category to category."""
SLICES = {"sessions": "session-slices", "purchases": "purchase-slices", "categories": "category-slices"}
"""The documents that hold the paths by segment and channel."""
_OF_THE_RUN = ("run_id", "as_of")
"""What the head of an answer says already."""
_NO_CUSTOMER = "purchases follow on each other where the customer is known; an anonymous visitor's do not"


def funnel(
    reader: FiguresReader, *, segment_id: str | None = None, channel: str | None = None, now: datetime
) -> dict[str, Any]:
    """Return how many ``sessions`` and how many ``visitors`` came to each step, and each channel's.

    Both are None where the shop has no events, with the ``reason``. ``segments`` and ``channels`` are what
    there is to choose from.

    Parameters
    ----------
    segment_id : str or None
        Whose: an RFM segment of this run, "anonymous" or "none"; all by default.
    channel : str or None
        A ``channel_id``: of a session that of its first event that names one, of a visitor that of the first
        session that does; all by default.

    Raises
    ------
    BadField
        There is no such segment or channel.
    """
    check_segment(segment_id)
    found, generation = _document(reader, "funnels", now)
    answer = {**_ANY, **found, **generation.head(now), "segment_id": segment_id, "channel": channel}
    if found["sessions"] is None or segment_id is channel is None:
        return answer
    slices = document_since(reader, generation, "funnel-slices")
    check_channel(channel, slices["channels"], source="event")
    return answer | {
        f"{unit}s": sliced_funnel(slices, unit, segment_id=segment_id, channel=channel)
        for unit in ("session", "visitor")
    }


_ANY: dict[str, Any] = {**{name: [] for name in FILTERS}, "is_simulated": False}
"""What a generation says that was published before funnels and paths had filters."""


def paths(
    reader: FiguresReader,
    *,
    of: str = "sessions",
    segment_id: str | None = None,
    channel: str | None = None,
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

    Returns
    -------
    dict
        ``graph``, None where the shop does not record what it takes, with the ``reason``.

    Raises
    ------
    BadField
        There is no such graph, segment or channel.
    """
    check_choice("of", of, GRAPHS)
    check_segment(segment_id)
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
        "graph": graphs[of],
        "reason": reasons.get(of),
    }
    if graphs[of] is None or segment_id is channel is None:
        return answer
    slices = document_since(reader, generation, SLICES[of])
    check_channel(channel, slices["channels"], source="event" if of == "sessions" else "order")
    if of != "sessions" and segment_id == ANONYMOUS:
        return answer | {"graph": None, "reason": _NO_CUSTOMER}
    return answer | {"graph": _graph(of, slices, segment_id, channel)}


def _graph(of: str, slices: dict[str, Any], segment_id: str | None, channel: str | None) -> dict[str, Any]:
    if of != "purchases":
        return graph_of(slices, segment_id=segment_id, channel=channel)
    # A median of two slices is not to be had from theirs, so that each pair and each alone has its own.
    asked = (segment_id, channel)
    found = [each for each in slices["slices"] if (each["segment_id"], each["channel_id"]) == asked]
    return stage_graph(found[0]["stages"] if found else [])


def purchases(reader: FiguresReader, *, now: datetime) -> dict[str, Any]:
    """Return who comes back after the first purchase, the second and so on, and what was bought first."""
    found, generation = _document(reader, "purchases", now)
    return {**found, **generation.head(now)}


def _document(reader: FiguresReader, name: str, now: datetime) -> tuple[dict[str, Any], Generation]:
    generation = reader.live("segments", now)
    found = needed(reader.document(generation.run_id, name), generation, None)
    return {key: value for key, value in found.items() if key not in _OF_THE_RUN}, generation
