"""A customer's timeline as an item of the serving table holds it: names once, then rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from patronage.logic.segments.journeys_timeline import KINDS, timeline_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COUNTS = ("entries", *KINDS.values())
"""Columns of `timelines.parquet` that say how many entries a customer has, the same in each row."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_text(microseconds: int) -> str:
    """Write an instant, of which the microseconds since 1970 are given, in ISO 8601."""
    return (_EPOCH + timedelta(microseconds=microseconds)).isoformat().replace("+00:00", "Z")


def timeline_document(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Write the rows of one customer's timeline, ordered by position.

    Parameters
    ----------
    names : sequence of str
        Of what an entry says; ``occurred_at`` is in microseconds.
    rows : sequence of sequence
        At least one: the customer, the cells of an entry, and the `COUNTS` of the whole timeline.
    """
    end = 1 + len(names)
    return {
        "names": names,
        "rows": [row[1:end] for row in rows],
        "counts": dict(zip(COUNTS, rows[-1][end:], strict=True)),
    }


def timeline_from(document: Mapping[str, Any], customer_id: str, absent: Mapping[str, str]) -> dict[str, Any]:
    """Return the timeline that `timeline_document` wrote, as `timeline_of` gives it."""
    common = {"customer_id": customer_id, **document["counts"]}
    rows = [common | dict(zip(document["names"], row, strict=True)) for row in document["rows"]]
    for row in rows:
        row["occurred_at"] = instant_text(row["occurred_at"])
    return timeline_of(rows, absent)
