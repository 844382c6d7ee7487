"""What a customer's timeline holds, and why it may lack something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.said import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS = {
    "visit": "visits",
    "purchase": "purchases",
    "fee": "fees",
    "refund": "refunds",
    "segment_change": "segment_changes",
    "recommendation_seen": "recommendations_seen",
    "recommendation_taken": "recommendations_taken",
}
"""Kinds of entry beside the acquisition, and the names of their totals.

Fees that came with a paid sale are in its purchase; a ``fee`` is what was charged on a day without one.
"""

_ENTRY = (
    "position",
    "day",
    "kind",
    "session_key",
    "order_id",
    "refers_to",
    "product_id",
    "products",
    "events",
    "net_minor",
    "channel",
    "detail",
)


def absences(by_kind: Mapping[str, int], *, no_events: str | None, has_history: bool) -> dict[str, str]:
    """Say why no timeline of a run has entries of a kind, by kind.

    Parameters
    ----------
    by_kind : mapping
        Entries of each kind in the run.
    no_events : str or None
        Why the shop has no events; None where it has some.
    has_history : bool
        Whether there is a history of segments.
    """
    reasons = {} if has_history else {"segment_change": SENTENCES["no_history"]}
    if no_events:
        return reasons | dict.fromkeys(("visit", "recommendation_seen", "recommendation_taken"), no_events)
    for kind, event in (("recommendation_seen", "impression"), ("recommendation_taken", "click")):
        if not by_kind.get(kind):
            reasons[kind] = SENTENCES[f"no_{event}_events"]
    return reasons


def timeline_of(rows: Iterable[Mapping[str, Any]], absent: Mapping[str, str]) -> dict[str, Any]:
    """Build a customer's timeline of its rows in `timelines.parquet`.

    Parameters
    ----------
    rows : iterable of mapping
        At least one, ordered by position; `occurred_at` is UTC in ISO 8601.
    absent : mapping
        Kinds that no timeline of the run has, and why.

    Returns
    -------
    dict
        ``entries`` in order; ``total`` counts all, also those that were cut (``is_cut``); ``totals`` by kind,
        null for what is ``absent``, which says why. Purchases, fees and refunds add up, by
        ``net_minor``, to the customer's net.
    """
    kept = list(rows)
    newest = kept[-1]
    return {
        "customer_id": newest["customer_id"],
        "total": newest["entries"],
        "is_cut": newest["entries"] > len(kept),
        "totals": {name: None if kind in absent else newest[name] for kind, name in KINDS.items()},
        "absent": {kind: absent[kind] for kind in KINDS if kind in absent},
        "entries": [
            {"occurred_at": row["occurred_at"], **{name: row[name] for name in _ENTRY}} for row in kept
        ],
    }
