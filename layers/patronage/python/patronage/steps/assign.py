"""Assign a segment to one customer, by what the live run published, of stored or supplied features."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField, Conflict, Forbidden, NotFound
from patronage.logic.segments.assign import assign
from patronage.logic.segments.assigning import unpack_features
from patronage.logic.segments.rfm import SEGMENTS
from patronage.logic.segments.supplied import NEEDED, check_complete, checked_features
from patronage.logic.serve.documents import pack_document, unpack_document
from patronage.steps.analytics.customers import unknown_customer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.logic.segments.assign import Features
    from patronage.stores.figures_reader import FiguresReader
    from patronage.stores.serving import Item

_BODY = ("features", "previous_segment")
_STORED = ("r", "f", "m", "scored_segment_id", "segment_id")


def assign_segment(
    reader: FiguresReader,
    customer_id: str,
    supplied: Mapping[str, Any],
    *,
    now: datetime,
    persist: bool = False,
    may_persist: bool = False,
    by: str = "",
) -> dict[str, Any]:
    """Assign a segment and a cluster; the stored features give what the live run says.

    Parameters
    ----------
    supplied : mapping
        ``features``: each takes the place of the stored one of its name. ``previous_segment``: where the
        customer stood with the purchases that are stored; None for nowhere. Left out, it is where the
        customer stands in the live generation.
    persist : bool
        Keep the answer in the customer's item of the live generation, until the next one is published. Lists
        and figures of the segments stay as the run counted them.
    may_persist : bool
        Whether the caller is an admin.
    by : str
        The caller's opaque id, which is noted beside what is kept.

    Raises
    ------
    Forbidden
        `persist` without `may_persist`.
    NotFound
        The live generation does not know the customer, and nothing is supplied or it is to be kept.
    BadField
        Something supplied breaks a rule, or too little is.
    Conflict
        The customer's item changed while this was worked out.
    """
    if persist and not may_persist:
        raise Forbidden("persist=true stores the segment, which only an admin may; ask without it")
    given = _checked(supplied)
    generation = reader.live("segments", now)
    assigning = reader.document(generation.run_id, "assigning")
    if assigning is None:
        raise NotFound(
            f"generation {generation.run_id} was published without its cut points; "
            "they come with the next run: patronage segment"
        )
    item = reader.customer(generation.run_id, customer_id)
    if item is None and (persist or not given):
        raise unknown_customer(customer_id, generation)
    known = {} if item is None else unpack_document([item["packed"]])
    features = _stored_features(item, known, assigning["features"]) | given
    check_complete(features)
    stood = supplied.get("previous_segment", known.get("segment_id"))
    previous = None if stood is None else _previous(stood, known, features)
    found = assign(features, assigning, previous)
    if persist and item is not None:
        _persist(reader, item, known, found, given, at=now.astimezone(UTC).isoformat(), by=by)
    return {
        "customer_id": customer_id,
        **found,
        **_names(found, assigning),
        "previous_segment_id": previous and previous["segment_id"],
        "features": features,
        "supplied": sorted(given),
        "persisted": persist,
        **generation.head(now),
    }


def _checked(supplied: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the supplied features, after a look at all that is supplied."""
    for name in supplied:
        if name not in _BODY:
            raise BadField(f"{name!r} is unknown; known are {', '.join(_BODY)}", field=name, rule="unknown")
    if supplied.get("previous_segment") not in (None, *SEGMENTS):
        raise BadField(
            f"previous_segment must be null or one of {', '.join(SEGMENTS)}",
            field="previous_segment",
            rule="one-of",
        )
    return checked_features(supplied.get("features", {}))


def _stored_features(item: Item | None, known: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    if item is None:
        return {}
    packed = item.get("features")
    of_clusters = dict(zip(names, unpack_features(packed), strict=True)) if packed else {}
    # Who has no order line has no scored segment, and a frequency of 0 that nobody counted.
    has_lines = "scored_segment_id" in known
    of_rfm = {name: known.get(name) if has_lines else None for name in NEEDED}
    return of_clusters | of_rfm


def _previous(segment_id: str, known: Mapping[str, Any], features: Features) -> dict[str, Any]:
    """Return where the customer stood, with the purchases of then."""
    purchases = {**features, **known, **known.get("assigned_from", {})}
    return {"segment_id": segment_id, **{name: purchases[name] for name in ("frequency", "net_minor")}}


def _persist(
    reader: FiguresReader,
    item: Item,
    known: Mapping[str, Any],
    found: Mapping[str, Any],
    given: Features,
    *,
    at: str,
    by: str,
) -> None:
    stored = {name: found[name] for name in _STORED}
    if not found["cluster_lacks"]:
        stored["cluster_id"] = found["cluster_id"]
    noted = {"assigned_at": at, "assigned_by": by, "assigned_from": dict(given)}
    document = {name: value for name, value in {**known, **stored, **noted}.items() if value is not None}
    # The lists of customers stay as the run counted them: an erasure must know which ones.
    listed = item.get("listed") or {name: known.get(name) for name in ("segment_id", "cluster_id")}
    packed = pack_document(document)[0]
    values = {"segment_id": found["segment_id"] or "", "packed": packed, "listed": listed}
    if not reader.change_customer(item, values):
        raise Conflict("the customer was changed while the segment was worked out; ask again")


def _names(found: Mapping[str, Any], assigning: Mapping[str, Any]) -> dict[str, str | None]:
    segment, cluster = found["segment_id"], found["cluster_id"]
    return {
        "segment_name": None if segment is None else SEGMENTS[segment].name,
        "cluster_name": None if cluster is None else assigning["clusters"]["names"][int(cluster)],
    }
