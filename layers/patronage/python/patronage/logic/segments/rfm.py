"""RFM: recency, frequency and money of each customer, and the named segment that follows.

The scores are quintiles of recency, frequency and money (Hughes, *Strategic Database Marketing*, 1994).
Their 125 codes fall into eleven segments by `rfm_map.csv`: a row for each R, a column for each FM, which is
the mean of F and M rounded up at the half.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from importlib import resources

from patronage.errors import BadInput
from patronage.logic.queries import literal


@dataclass(frozen=True)
class Segment:
    """A named segment and what to do with its customers."""

    segment_id: str
    name: str
    description: str


SEGMENTS = {
    segment.segment_id: segment
    for segment in (
        Segment("champions", "Champions", "bought lately, often and for much: reward them, ask for reviews"),
        Segment("loyal_customers", "Loyal Customers", "buy often and well: offer better things, a club"),
        Segment("potential_loyalists", "Potential Loyalists", "bought lately, not often yet: recommend more"),
        Segment("new_customers", "New Customers", "just bought for the first time: welcome, help to start"),
        Segment("promising", "Promising", "bought fairly lately, once, for little: make the shop known"),
        Segment("need_attention", "Need Attention", "middling in all three: a limited offer, by their taste"),
        Segment("about_to_sleep", "About to Sleep", "small buyers who fall quiet: show what is popular"),
        Segment("at_risk", "At Risk", "bought well and often, not for some time: write personally"),
        Segment(
            "cannot_lose_them", "Cannot Lose Them", "the best of old, long away: win them back, call them"
        ),
        Segment("hibernating", "Hibernating", "small buyers, quiet for some time: an occasional offer"),
        Segment("lost", "Lost", "small buyers, longest away: spend no more on them than one try"),
        Segment("no_purchase", "No Purchase", "only cancelled or returned, or bought free goods alone"),
    )
}


def read_map(text: str) -> list[tuple[int, int, str]]:
    """Read a segment map as (r, fm, segment id), one entry a cell.

    Raises
    ------
    BadInput
        A cell is missing or names no segment.
    """
    rows = list(csv.DictReader(io.StringIO(text)))
    cells = [(int(row["r"]), fm, row[f"fm{fm}"]) for row in rows for fm in range(1, 6)]
    if {(r, fm) for r, fm, _ in cells} != {(r, fm) for r in range(1, 6) for fm in range(1, 6)}:
        raise BadInput("the RFM map needs one row for each r from 1 to 5 and the columns fm1 to fm5")
    for r, fm, segment_id in cells:
        if segment_id not in SEGMENTS:
            raise BadInput(
                f"the RFM map names {segment_id!r} at r {r}, fm {fm}; known: {', '.join(SEGMENTS)}"
            )
    return cells


def default_map() -> list[tuple[int, int, str]]:
    """Return Patronage's own map."""
    file = resources.files("patronage.logic.segments").joinpath("rfm_map.csv")
    return read_map(file.read_text(encoding="utf-8"))


def map_sql(cells: list[tuple[int, int, str]]) -> str:
    """Write a map as a query."""
    rows = ", ".join(f"({r}, {fm}, {literal(segment_id)})" for r, fm, segment_id in cells)
    return f"SELECT * FROM (VALUES {rows}) AS cells(r, fm, segment_id)"
