"""The shop's sales, by what and of when somebody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.segments.sales_answers import (
    DOCUMENTS,
    Span,
    check_question,
    covered,
    rows_of,
    totals_of,
)
from patronage.steps.analytics.paging import begin, check_limit, cut, needed

if TYPE_CHECKING:
    from datetime import date, datetime

    from patronage.stores.figures_reader import FiguresReader


def sales(
    reader: FiguresReader,
    *,
    by: str = "period",
    grain: str | None = None,
    start: date | None = None,
    end: date | None = None,
    limit: int = 100,
    cursor: str | None = None,
    now: datetime,
) -> dict[str, Any]:
    """Return the sales in rows, and what the rows of all pages sum to.

    Parameters
    ----------
    by : str
        "period", "country", "channel", "product", "category" or "fee".
    grain : str, optional
        "day", "week", "month" (of periods, where it is left out), "quarter" or "year".
    start, end : date, optional
        Days of the shop, both included; a period that shares a day with them is shown as a whole, and
        ``covers`` says which days the rows are of.

    Returns
    -------
    dict
        ``rows``, ``next_cursor``, ``totals`` of the rows of all pages, ``shop_net_minor`` of the whole time,
        and in ``covers`` the first and the last day (None for the whole time).

    Raises
    ------
    BadField
        A run keeps no such figures; the message says what can be asked.
    """
    check_limit(limit)
    span = Span(start, end)
    check_question(by, grain, span)
    question = ["sales", by, grain, str(start), str(end)]
    generation, (place,) = begin(reader, question, cursor, 1, now=now)
    found = needed(reader.document(generation.run_id, "sales"), generation, cursor)
    name = DOCUMENTS.get(by if by == "country" else grain or "")
    more = needed(reader.document(generation.run_id, name), generation, cursor) if name else {}
    rows = rows_of(found, more, by, grain, span)
    page, following = cut(rows, generation, question, start=place, limit=limit)
    has_periods = by == "period" or (by == "country" and grain is not None)
    whole = {"start": None if start is None else str(start), "end": None if end is None else str(end)}
    return {
        **generation.head(now),
        "by": by,
        "grain": (grain or "month") if by == "period" else grain,
        "covers": covered(rows, grain) if has_periods else whole,
        "rows": page,
        "next_cursor": following,
        "totals": totals_of(rows),
        "shop_net_minor": found["totals"]["net_minor"],
    }
