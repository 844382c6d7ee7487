"""The journeys of the live run: how far visits come, what follows on what, and how customers come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.choices import check_choice
from patronage.steps.analytics.paging import needed

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.stores.figures_reader import FiguresReader

GRAPHS = ("sessions", "purchases", "categories")
"""What paths there are: of a visit, from purchase to purchase, from category to category."""
_OF_THE_RUN = ("run_id", "as_of")
"""What the head of an answer says already."""


def funnel(reader: FiguresReader, *, now: datetime) -> dict[str, Any]:
    """Return how many ``sessions`` and how many ``visitors`` came to each step, and each channel's.

    Both are None where the shop has no events, with the ``reason``.
    """
    return _document(reader, "funnels", now)


def paths(reader: FiguresReader, *, of: str = "sessions", now: datetime) -> dict[str, Any]:
    """Return one graph of nodes and links, as a Sankey diagram draws it.

    Parameters
    ----------
    of : str
        One of `GRAPHS`.

    Returns
    -------
    dict
        ``graph``, None where the shop does not record what it takes, with the ``reason``.

    Raises
    ------
    BadField
        There is no such graph.
    """
    check_choice("of", of, GRAPHS)
    found = _document(reader, "transitions", now)
    graphs = {name: found.pop(name) for name in GRAPHS}
    reasons = found.pop("reasons")
    return {**found, "of": of, "graph": graphs[of], "reason": reasons.get(of)}


def purchases(reader: FiguresReader, *, now: datetime) -> dict[str, Any]:
    """Return who comes back after the first purchase, the second and so on, and what was bought first."""
    return _document(reader, "purchases", now)


def _document(reader: FiguresReader, name: str, now: datetime) -> dict[str, Any]:
    generation = reader.live("segments", now)
    found = needed(reader.document(generation.run_id, name), generation, None)
    kept = {key: value for key, value in found.items() if key not in _OF_THE_RUN}
    return {**kept, **generation.head(now)}
