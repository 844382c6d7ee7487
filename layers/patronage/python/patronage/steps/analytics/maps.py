"""Where customers stand: on the map of RFM, among the clusters, and who moved since the run before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.said import kept_code, stated
from patronage.logic.segments.rfm import SEGMENTS
from patronage.steps.analytics.documents import document_since
from patronage.steps.analytics.paging import needed
from patronage.steps.analytics.segments import NO_RUN_BEFORE

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.stores.figures_reader import FiguresReader

_OF_CLUSTERS = ("k", "reason", "seed", "silhouette", "stability", "inertia", "features", "by_k", "clusters")
_MOVED = ("from_run", "to_run", "from_as_of", "to_as_of", "moves", "totals")


def segment_map(reader: FiguresReader, *, now: datetime) -> dict[str, Any]:
    """Return the 25 cells of recency by frequency: how many customers, of what net, of which segment.

    Raises
    ------
    NotFound
        The live generation was published before there was such a map.
    """
    generation = reader.live("segments", now)
    return {**document_since(reader, generation, "rfm-map"), **generation.head(now)}


def clusters(reader: FiguresReader, *, now: datetime) -> dict[str, Any]:
    """Return the clusters with their profiles, how their number was chosen, and a sample of customers.

    ``points`` are customers laid on the two principal components, without their ids; ``components`` says
    which share of the variance each keeps, and ``centres`` where the clusters lie.

    Raises
    ------
    NotFound
        The live generation was published before there were such points.
    """
    generation = reader.live("segments", now)
    found = needed(reader.document(generation.run_id, "clusters"), generation, None)
    plane = document_since(reader, generation, "cluster-points")
    return {
        **{name: found[name] for name in _OF_CLUSTERS},
        **kept_code(found),
        **plane,
        **generation.head(now),
    }


def migration(reader: FiguresReader, *, now: datetime) -> dict[str, Any]:
    """Return who moved from which RFM segment to which since the run before, with the names of the segments.

    Without a run before there are no ``moves``, and ``reason`` says so.
    """
    generation = reader.live("segments", now)
    found = needed(reader.document(generation.run_id, "migration"), generation, None)
    answer = {name: found[name] for name in _MOVED}
    is_first = found["from_run"] is None
    if is_first:
        answer |= {"moves": [], "totals": None}
    ids = {move[end] for move in answer["moves"] for end in ("from_segment_id", "to_segment_id")}
    return {
        **answer,
        "names": {each.segment_id: each.name for each in SEGMENTS.values() if each.segment_id in ids},
        **stated("reason", NO_RUN_BEFORE if is_first else None),
        **generation.head(now),
    }
