"""The shop's sales, by what and of when somebody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.segments.sales_answers import covered, rows_of, totals_of, value_of
from patronage.logic.segments.sales_question import Question, check_question
from patronage.logic.spans import Span
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
    country: str | None = None,
    channel: str | None = None,
    category: str | None = None,
    product_id: str | None = None,
    fee: str | None = None,
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
        "day", "week", "month" (of periods, where it is left out), "quarter" or "year"; "month" alone of what
        is no period.
    start, end : date, optional
        Days of the shop, both included; a period that shares a day with them is shown as a whole, and
        ``covers`` says which days the rows are of. Of what is no period they cut at whole months.
    country, channel, category, product_id, fee : str, optional
        One value, at most, that periods of a month or more are narrowed to.

    Returns
    -------
    dict
        ``rows``, ``next_cursor``, ``totals`` of the rows of all pages, ``shop_net_minor`` of the whole time,
        in ``covers`` the first and the last day (None for the whole time), and in ``of`` what periods are
        narrowed to (None for the whole shop).

    Raises
    ------
    BadField
        A run keeps no such figures; the message says what can be asked.
    """
    check_limit(limit)
    values = {
        "country": country,
        "channel": channel,
        "category": category,
        "product_id": product_id,
        "fee": fee,
    }
    narrowed = {name: value for name, value in values.items() if value is not None}
    asked = Question(by, grain, Span(start, end), narrowed)
    check_question(asked)
    question = ["sales", by, grain, str(start), str(end), *narrowed, *narrowed.values()]
    generation, (place,) = begin(reader, question, cursor, 1, now=now)
    found = needed(reader.document(generation.run_id, "sales"), generation, cursor)
    name = asked.document
    more = needed(reader.document(generation.run_id, name), generation, cursor) if name else {}
    rows = rows_of(found, more, asked)
    page, following = cut(rows, generation, question, start=place, limit=limit)
    has_periods = by == "period" or grain is not None
    return {
        **generation.head(now),
        "by": by,
        "grain": (grain or "month") if by == "period" else grain,
        "of": value_of(more, asked),
        "covers": covered(rows, grain) if has_periods else asked.span.ends,
        "rows": page,
        "next_cursor": following,
        "totals": totals_of(rows, asked.unsummed),
        "shop_net_minor": found["totals"]["net_minor"],
    }
