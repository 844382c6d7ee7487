"""Journeys by segment and channel: funnels, and what follows on what, counted in one pass each."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.queries import query
from patronage.logic.segments.journeys_funnel import STEPS
from patronage.logic.segments.journeys_graph import LABELS
from patronage.logic.segments.journeys_months import by_month, over_months
from patronage.logic.segments.journeys_moves import MOVE, month_slices, moves_document
from patronage.logic.segments.journeys_purchases import STAGES, stage_slices
from patronage.logic.segments.journeys_slices import MAX_CHANNELS, named, segments_in
from patronage.steps.segment.previous import show_file

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.stores.objects import ObjectStore

    Rows = list[dict[str, Any]]

SESSION_DEPTH = 8
"""Steps of a session that the transition graph shows; what follows is one tail."""
CATEGORY_DEPTH = 4
"""Purchases whose main categories the transition graph shows."""
MAX_CATEGORIES = 10
_NO_MONTH = "CAST(NULL AS DATE) AS begins"
_SEGMENTS = {"customer_id": "VARCHAR", "segment_id": "VARCHAR"}


class OfVisits(NamedTuple):
    """What is counted of visits: over the whole time, and by the month that they began in."""

    slices: dict[str, Any]
    months: dict[str, Any]


def show_segments(run_id: str, store: ObjectStore, engine: Engine) -> None:
    """Show as `journey_segments` where the customers stand by this run's `rfm`; nobody before it ran."""
    key = f"runs/{run_id}/segments/rfm.parquet"
    if not show_file("journey_segments", key, _SEGMENTS, store, engine):
        engine.show_none("journey_segments", _SEGMENTS)


def funnel_slices(engine: Engine) -> OfVisits:
    """Count how far sessions and visitors came, by segment and channel, and sessions by month, too.

    It reads `journey_sessions`, `journey_states` and `journey_segments`.

    Returns
    -------
    OfVisits
        What `sliced_funnel` takes, and of months `in_span`; ``recorded`` is null where there is no session.
    """
    if not engine.row("SELECT COUNT(*) AS n FROM journey_sessions")["n"]:
        nothing: dict[str, Any] = {"recorded": None, "segments": [], "channels": []}
        return OfVisits({**nothing, "sessions": [], "visitors": []}, {**nothing, "months": []})
    found = {row["state"] for row in engine.rows("SELECT DISTINCT state FROM journey_states")}
    recorded = {step: step in found for step in STEPS}
    kept = _slice_sessions(engine)
    sessions, filters = _filtered(_counts(engine, recorded, "session_key"), kept)
    stated = {"recorded": recorded, **filters}
    engine.table("journey_visitors", query("journey_visitors"))
    _slice_visitors(engine)
    visitors, _ = named(_counts(engine, recorded, "visitor_id"), kept)
    return OfVisits(
        {**stated, "sessions": over_months(sessions), "visitors": over_months(visitors)},
        {**stated, "months": by_month(sessions, "sessions")},
    )


def _counts(engine: Engine, recorded: dict[str, bool], column: str) -> Rows:
    engine.table("funnel_events", f"SELECT {column} AS unit, state, occurred_at FROM journey_states")
    return engine.rows(
        query("funnel_counts"),
        has_product_view=recorded["product_view"],
        has_cart_add=recorded["cart_add"],
    )


def _filtered(rows: Rows, kept: list[str]) -> tuple[Rows, dict[str, Rows]]:
    """Name the channels of rows; return them with the segments and channels that there are rows of."""
    found, channels = named(rows, kept)
    return found, {"segments": segments_in(found), "channels": channels}


def session_slices(engine: Engine) -> OfVisits:
    """Count what visitors do after what, by segment and channel, and by month, too.

    It reads `journey_sessions`, `journey_states` and `journey_segments`.

    Returns
    -------
    OfVisits
        What `graph_of` takes, and of months `in_span`.
    """
    engine.table("transition_states", query("transition_session_states"))
    kept = _slice_sessions(engine)
    whole = _moves(engine, kept, depth=SESSION_DEPTH, end=LABELS["end"])
    slices, _ = named(month_slices(whole, chain.from_iterable(engine.chunks(_MOVES_BY_MONTH))), kept)
    stated = {name: value for name, value in whole.items() if name != "slices"}
    return OfVisits(whole, {**stated, "months": by_month(slices, "slices")})


_MOVES_BY_MONTH = (
    f"SELECT CAST(begins AS VARCHAR), segment_id, channel_place, weight, {', '.join(MOVE)} "
    "FROM journey_moves ORDER BY begins, segment_id, channel_place"
)


def category_slices(engine: Engine, channels: list[str]) -> dict[str, Any]:
    """Count which category customers buy after which, by segment and channel, as `graph_of` takes it.

    It reads `journey_mains` and `journey_slices`, which `slice_buyers` made with the channels.
    """
    engine.table("transition_states", query("transition_category_states"), categories=MAX_CATEGORIES)
    return _moves(engine, channels, depth=CATEGORY_DEPTH, end="no further purchase")


def _moves(engine: Engine, kept: list[str], *, depth: int, end: str) -> dict[str, Any]:
    engine.table("journey_moves", query("transition_links"), depth=depth)
    rows, filters = _filtered(engine.rows(query("transition_sums")), kept)
    return moves_document(rows, depth=depth, end=end) | filters


def purchase_slices(engine: Engine, channels: list[str]) -> dict[str, Any]:
    """Count who came back after each purchase, by segment and channel, and by each of the two alone.

    It reads `journey_occasions` and `journey_slices`, which `slice_buyers` made with the channels.
    """
    rows, filters = _filtered(engine.rows(query("journey_stages"), stages=STAGES), channels)
    return {"slices": stage_slices(rows), **filters}


def _slice_sessions(engine: Engine) -> list[str]:
    """Make the table `journey_slices` of the sessions, and return the channels by place."""
    engine.table(
        "journey_units",
        "SELECT session_key AS unit, customer_id, channel, "
        "CAST(DATE_TRUNC('month', shop_day(started_at)) AS DATE) AS begins FROM journey_sessions",
    )
    return _slice(engine)


def _slice_visitors(engine: Engine) -> None:
    """Make the table `journey_slices` of the visitors, by the channels of `_slice_sessions` before."""
    engine.table(
        "journey_units",
        f"SELECT visitor_id AS unit, customer_id, channel, {_NO_MONTH} FROM journey_visitors",
    )
    engine.table("journey_slices", query("journey_slices"), channels=MAX_CHANNELS)


def slice_buyers(engine: Engine) -> list[str]:
    """Make the table `journey_slices` of buyers, by the channel of the first purchase; return the channels.

    It reads `journey_occasions`, `journey_segments` and `orders`.
    """
    engine.table("first_channels", query("slice_by_first_purchase"), by="channel")
    engine.table(
        "journey_units",
        "SELECT buyers.customer_id AS unit, buyers.customer_id, first_channels.value AS channel, "
        f"{_NO_MONTH} FROM (SELECT DISTINCT customer_id FROM journey_occasions) AS buyers "
        "LEFT JOIN first_channels ON buyers.customer_id = first_channels.customer_id",
    )
    return _slice(engine)


def _slice(engine: Engine) -> list[str]:
    engine.table("journey_channels", query("journey_channels"), channels=MAX_CHANNELS)
    engine.table("journey_slices", query("journey_slices"), channels=MAX_CHANNELS)
    return [row["channel"] for row in engine.rows("SELECT channel FROM journey_channels ORDER BY place")]
