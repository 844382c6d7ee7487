"""The answers of the API, as plain values for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.serve.ladder import POPULAR
from patronage.logic.serve.pointer import age_seconds
from patronage.logic.serve.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from patronage.logic.serve.catalogue import Product, Shelf
    from patronage.logic.serve.ladder import Placed
    from patronage.logic.serve.pointer import Entry


def recommendation_answer(
    asked: Mapping[str, str],
    placed: Sequence[Placed],
    shelf: Shelf,
    *,
    k: int,
    now: datetime,
    is_degraded: bool = False,
) -> dict[str, Any]:
    """Write an answer of products.

    Parameters
    ----------
    asked : mapping
        What was asked for: ``{"user_id": …}`` or ``{"product_id": …}``.
    placed : sequence of Placed
        The products in their order.
    is_degraded : bool
        Whether the serving table could not be read, so that the answer comes from memory.
    """
    answer = {
        **asked,
        "k": k,
        "rung": placed[0].rung if placed else POPULAR,
        "items": [_item(each, shelf.products) for each in placed],
        "model": shelf.entry.model,
        "generation": shelf.entry.run_id,
        "as_of": shelf.entry.as_of,
        "age_seconds": age_seconds(shelf.entry.as_of, now),
        "experiment": None,
    }
    return answer | ({"degraded": True} if is_degraded else {})


def segments_answer(summary: Mapping[str, Any], entry: Entry, *, now: datetime) -> dict[str, Any]:
    """Write the answer of `/segments`: the run's summary, its generation and the age of its data."""
    return {**summary, "generation": entry.run_id, "age_seconds": age_seconds(entry.as_of, now)}


def _item(placed: Placed, products: Mapping[str, Product]) -> dict[str, Any]:
    candidate = placed.candidate
    product = products.get(candidate.product_id)
    return {
        "product_id": candidate.product_id,
        "name": product.name if product else candidate.product_id,
        "score": float(f"{candidate.score:.4g}"),
        "rung": placed.rung,
        "reason": reason_of(candidate, products),
    }
