"""A customer's timeline as an item of the serving table holds it: names once, then rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from patronage.logic.segments.journeys_timeline import KINDS, timeline_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COUNTS = ("entries", *KINDS.values())
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_text(microseconds: int) -> str:
    """Write an instant, of which the microseconds since 1970 are given, in ISO 8601."""
    return (_EPOCH + timedelta(microseconds=microseconds)).isoformat().replace("+00:00", "Z")


def timeline_document(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Write the rows of one customer's timeline, ordered by position.

    Parameters
    ----------
    names : sequence of str
        Columns of `timelines.parquet`, in the order of the cells; ``occurred_at`` is in microseconds.
    rows : sequence of sequence
        At least one.
    """
    kept = [place for place, name in enumerate(names) if name not in {"customer_id", *_COUNTS}]
    return {
        "names": [names[place] for place in kept],
        "rows": [[row[place] for place in kept] for row in rows],
        "counts": {name: rows[-1][names.index(name)] for name in _COUNTS},
    }


def timeline_from(document: Mapping[str, Any], customer_id: str, absent: Mapping[str, str]) -> dict[str, Any]:
    """Return the timeline that `timeline_document` wrote, as `timeline_of` gives it."""
    common = {"customer_id": customer_id, **document["counts"]}
    rows = [common | dict(zip(document["names"], row, strict=True)) for row in document["rows"]]
    for row in rows:
        row["occurred_at"] = instant_text(row["occurred_at"])
    return timeline_of(rows, absent)
