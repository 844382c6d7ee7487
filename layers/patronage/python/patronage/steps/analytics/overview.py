"""The overview: how the shop stands against the period before, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.choices import check_choice
from patronage.logic.segments.overview import GRAINS, Source, overview_of
from patronage.logic.segments.overview_period import period_of
from patronage.steps.analytics.documents import document_since
from patronage.steps.analytics.paging import needed

if TYPE_CHECKING:
    from datetime import date, datetime

    from patronage.stores.figures_reader import FiguresReader


def overview(
    reader: FiguresReader,
    *,
    start: date | None = None,
    end: date | None = None,
    grain: str | None = None,
    now: datetime,
) -> dict[str, Any]:
    """Return a period's figures beside those of as many days before, and what changed, in sentences.

    Parameters
    ----------
    start, end : date, optional
        Days of the shop, both included; the last 30 that are over where neither is said.
    grain : str, optional
        "day", "week" or "month" of the trend; by the length of the period where it is left out.

    Returns
    -------
    dict
        As `overview_of`.

    Raises
    ------
    BadField
        A value is none, or the run keeps none of the days.
    NotFound
        The live generation was published before there was an overview.
    """
    if grain is not None:
        check_choice("grain", grain, GRAINS)
    generation = reader.live("segments", now)
    kept = document_since(reader, generation, "overview")
    period = period_of(kept, start, end)
    calendar = reader.document(generation.run_id, "sales-calendar") or {"days": []}
    source = Source(
        kept=kept,
        days=needed(reader.document(generation.run_id, "sales-days"), generation, None)["days"],
        marks=calendar["days"],
        migration=reader.document(generation.run_id, "migration"),
        currency=generation.currency,
    )
    return {**overview_of(source, period, grain), **generation.head(now)}
