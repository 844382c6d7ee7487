"""RFM: recency, frequency and money of each customer, and the named segment that follows.

The scores are quintiles of recency, frequency and money (Hughes, *Strategic Database Marketing*, 1994).
Their 125 codes fall into eleven segments by `rfm_map.csv`: a row for each R, a column for each FM, which is
the mean of F and M rounded up at the half.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from difflib import get_close_matches
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


BOUGHT = tuple(segment_id for segment_id in SEGMENTS if segment_id != "no_purchase")
"""The segments of those who bought, which a map may name."""
_COLUMNS = tuple(f"fm{fm}" for fm in range(1, 6))


def read_map(text: str, *, place: str = "the RFM map") -> list[tuple[int, int, str]]:
    """Read a segment map as (r, fm, segment id), one entry a cell.

    A shop's own map may part its cells by semicolons, as spreadsheets do where the comma is decimal, and
    name a segment by its name or its id.

    Parameters
    ----------
    text : str
        A row for each r from 1 to 5, in any order, with the columns r and fm1 to fm5.
    place : str
        What messages call it.

    Raises
    ------
    BadInput
        A row, column or cell is missing, comes twice or names no segment.
    """
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=separator, strict=True)
    try:
        rows = [{_plain(name): cell for name, cell in row.items()} for row in reader]
        columns = [_plain(name) for name in reader.fieldnames or []]
    except csv.Error as exc:
        raise BadInput(f"{place} is no CSV at line {reader.line_num} ({exc}); {_MEND}") from exc
    if sorted(columns) != ["fm1", "fm2", "fm3", "fm4", "fm5", "r"]:
        raise BadInput(f"{place} has the columns {columns}, and needs r, {', '.join(_COLUMNS)}; {_MEND}")
    if sorted(_plain(row["r"]) for row in rows) != ["1", "2", "3", "4", "5"]:
        found = ", ".join(repr(row["r"]) for row in rows)
        raise BadInput(f"{place} needs one row for each r from 1 to 5, and has r {found or 'none'}; {_MEND}")
    return [
        (int(row["r"]), fm, _segment(row[f"fm{fm}"], f"{place} at r {row['r']}, fm {fm}"))
        for row in rows
        for fm in range(1, 6)
    ]


_MEND = "correct the file, or remove it to have Patronage's own map"


def _plain(cell: object) -> str:
    return cell.strip().lower() if isinstance(cell, str) else repr(cell)


def _segment(cell: str | None, place: str) -> str:
    segment_id = (cell or "").strip().lower().replace(" ", "_")
    if segment_id in BOUGHT:
        return segment_id
    near = get_close_matches(segment_id, BOUGHT, n=1)
    said = f"did you mean {near[0]}? " if near else ""
    raise BadInput(f"{place} names {cell!r}, which is no segment; {said}known: {', '.join(BOUGHT)}; {_MEND}")


def default_map() -> list[tuple[int, int, str]]:
    """Return Patronage's own map."""
    file = resources.files("patronage.logic.segments").joinpath("rfm_map.csv")
    return read_map(file.read_text(encoding="utf-8"))


def map_sql(cells: list[tuple[int, int, str]]) -> str:
    """Write a map as a query."""
    rows = ", ".join(f"({r}, {fm}, {literal(segment_id)})" for r, fm, segment_id in cells)
    return f"SELECT * FROM (VALUES {rows}) AS cells(r, fm, segment_id)"
