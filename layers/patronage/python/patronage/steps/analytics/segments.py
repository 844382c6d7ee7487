"""The segments of each method, and how they perform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.choices import check_choice
from patronage.logic.said import said, stated
from patronage.logic.segments.methods import METHODS
from patronage.logic.segments.migration import moved_by_segment
from patronage.steps.analytics.documents import document_since
from patronage.steps.analytics.paging import needed

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.logic.said import Said
    from patronage.logic.serve.generation import Generation
    from patronage.stores.figures_reader import FiguresReader

_ONLY_RFM = said("only_rfm_compared")
_NO_TOTAL = {"segments", "other_methods", "has_simulated_events"}
NO_RUN_BEFORE = said("no_run_before")


def check_method(method: str) -> None:
    """Refuse a method that there is not."""
    check_choice("method", method, METHODS)


def segments(reader: FiguresReader, *, method: str = "rfm", now: datetime) -> dict[str, Any]:
    """Return the shop's totals, and each segment of a method with its figures and shares."""
    check_method(method)
    generation = reader.live("segments", now)
    summary = needed(reader.summary(generation.run_id), generation, None)
    totals = {name: value for name, value in summary.items() if name not in _NO_TOTAL}
    found = profiles_of(summary, method)
    return {
        **totals,
        **generation.head(now),
        "method": method,
        "is_simulated": is_simulated(summary, method),
        "segments": found,
    }


def profiles_of(summary: dict[str, Any], method: str) -> list[dict[str, Any]]:
    """Return the segments of a method as a run's summary has them."""
    found = summary["segments"] if method == "rfm" else summary.get("other_methods", {}).get(method, [])
    return list(found)


def is_simulated(summary: dict[str, Any], method: str) -> bool:
    """Say whether a method read events that were made up."""
    return METHODS[method].reads_events and summary.get("has_simulated_events", False)


def segment_products(
    reader: FiguresReader, *, segment_id: str, method: str = "rfm", now: datetime
) -> dict[str, Any]:
    """Return what the customers of a segment bought for the most money, and what they may buy next.

    Raises
    ------
    NotFound
        The method has no such segment, or the live generation was published before there was such a list.
    """
    check_method(method)
    generation = reader.live("segments", now)
    summary = needed(reader.summary(generation.run_id), generation, None)
    profiles = {profile["segment_id"]: profile for profile in profiles_of(summary, method)}
    if segment_id not in profiles:
        known = ", ".join(profiles) or "none"
        raise NotFound(
            f"no customer is in a segment {segment_id!r} of the method {method}; there are {known}"
        )
    best = document_since(reader, generation, "best-products")
    return {
        "method": method,
        "segment_id": segment_id,
        "name": profiles[segment_id]["name"],
        "customers": profiles[segment_id]["customers"],
        "is_simulated": is_simulated(summary, method),
        "products": best[method].get(segment_id, []),
        "next_products": profiles[segment_id]["next_products"],
        **generation.head(now),
    }


def performance(reader: FiguresReader, *, method: str = "rfm", now: datetime) -> dict[str, Any]:
    """Return what each segment of a method brings, and who came to it and left it since the run before.

    ``purchases`` are occasions, or orders where the shop counts these (``frequency_unit``): only then is
    there an ``aov_minor``. Shares are of the customers whom the method knows, and of their net.
    """
    check_method(method)
    generation = reader.live("segments", now)
    summary = needed(reader.summary(generation.run_id), generation, None)
    scored = reader.document(generation.run_id, "rfm") or {}
    unit = scored.get("frequency_unit")
    moves, reason = _moves(reader, generation, method)
    found = [
        _performed(profile, unit) | {"migration": moves and moves.get(profile["segment_id"], _NOBODY)}
        for profile in profiles_of(summary, method)
    ]
    return {
        **generation.head(now),
        "method": method,
        "is_simulated": is_simulated(summary, method),
        "frequency_unit": unit,
        "segments": found,
        **stated("migration_reason", reason),
    }


_NOBODY = {"stayed": 0, "came": 0, "left": 0, "new": 0, "gone": 0}
_PROFILE = (
    "segment_id",
    "name",
    "customers",
    "net_minor",
    "customer_share",
    "revenue_share",
    "mean_recency_days",
    "mean_frequency",
    "mean_probability_alive",
    "mean_churn_probability",
    "expected_value_12m_minor",
    "expected_value_12m_low_minor",
    "expected_value_12m_high_minor",
)


def _performed(profile: dict[str, Any], unit: str | None) -> dict[str, Any]:
    purchases = round(profile["customers"] * (profile["mean_frequency"] or 0))
    per_purchase = profile["net_minor"] / purchases if purchases else None
    return {
        **{name: profile.get(name) for name in _PROFILE},
        **({"name_parts": profile["name_parts"]} if "name_parts" in profile else {}),
        "net_per_customer_minor": profile["net_minor"] / profile["customers"],
        "purchases": purchases,
        "net_per_purchase_minor": per_purchase,
        "aov_minor": per_purchase if unit == "orders" else None,
    }


def _moves(
    reader: FiguresReader, generation: Generation, method: str
) -> tuple[dict[str, dict[str, int]] | None, Said | None]:
    if method != "rfm":
        return None, _ONLY_RFM
    found = reader.document(generation.run_id, "migration")
    if found is None or found["from_run"] is None:
        return None, NO_RUN_BEFORE
    return moved_by_segment(found["moves"]), None
