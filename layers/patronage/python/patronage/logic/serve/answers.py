"""The answers of the API, as plain values for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.serve.ladder import POPULAR
from patronage.logic.serve.pointer import age_seconds
from patronage.logic.serve.reasons import reason_of
from patronage.logic.serve.recommendation_id import NO_VISITOR, RecommendationId, nonce_of, rungs_of, write
from patronage.logic.serve.variant_lists import lists_of, shown_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from patronage.logic.experiments.running import Assigned
    from patronage.logic.serve.ladder import Placed
    from patronage.logic.serve.shelf import Listed, Shelf


def recommendation_answer(
    asked: Mapping[str, Any],
    placed: Sequence[Placed],
    shelf: Shelf,
    *,
    k: int,
    now: datetime,
    is_degraded: bool = False,
    arm: Assigned | None = None,
    placement: str = "",
    told_apart_by: str = "",
    has_visitor: bool = True,
) -> dict[str, Any]:
    """Write an answer of products.

    Parameters
    ----------
    asked : mapping
        What was asked for, such as ``{"user_id": …}`` or ``{"product_id": …}``.
    placed : sequence of Placed
        The products in their order; fewer than k where no more are eligible.
    is_degraded : bool
        Whether the serving table could not be read, so that the answer comes from memory.
    arm : Assigned, optional
        The arm of an experiment that the visitor belongs to.
    placement : str
        Where the storefront shows the answer, as it said.
    told_apart_by : str
        What tells the answer from others of the same products.
    has_visitor : bool
        Whether it is for a visitor, who could be in an experiment.
    """
    entry, stock_as_of = shelf.entry, shelf.stock_as_of
    lists = lists_of(entry.model, arm.variant) if arm else ""
    model = shown_model(entry.model, lists)
    answer = {
        **asked,
        "recommendation_id": _id(
            model, entry.run_id, placed, arm, placement, told_apart_by, "" if has_visitor else NO_VISITOR
        ),
        "k": k,
        "rung": _rung(placed),
        "items": [_item(each, shelf.products) for each in placed],
        "model": model,
        "generation": entry.run_id,
        "as_of": entry.as_of,
        "age_seconds": age_seconds(entry.as_of, now),
        "currency": entry.currency,
        "stock_as_of": stock_as_of,
        "stock_age_seconds": None if stock_as_of is None else age_seconds(stock_as_of, now),
        "experiment": arm and {"experiment_id": arm.experiment_id, "arm": arm.arm},
    }
    if arm and arm.is_control:
        answer["control"] = True
    elif len(placed) < k:
        answer["eligible"] = len(placed)
    if lists is None:
        answer["arm_fallback"] = True
    if is_degraded:
        answer["degraded"] = True
    return answer


def _id(
    model: Mapping[str, str],
    generation: str,
    placed: Sequence[Placed],
    arm: Assigned | None,
    placement: str,
    told_apart_by: str,
    mark: str,
) -> str:
    products = [each.candidate.product_id for each in placed]
    return write(
        RecommendationId(
            "" if arm and arm.is_control else model.get("name", ""),
            generation,
            arm.experiment_id if arm else mark,
            arm.arm if arm else "",
            placement,
            rungs_of(placed),
            nonce_of(told_apart_by, *products),
        )
    )


def _rung(placed: Sequence[Placed]) -> str:
    """Return the rung of the first product that no rule put there."""
    ranked = next((each for each in placed if not each.rule), None)
    if ranked is not None:
        return ranked.rung
    return placed[0].rung if placed else POPULAR


def _item(placed: Placed, products: Mapping[str, Listed]) -> dict[str, Any]:
    rung, candidate, rule = placed
    product = products[candidate.product_id]
    item = {
        "product_id": candidate.product_id,
        "name": product.name,
        "price_minor": product.price_minor,
        "category": product.category,
        "in_stock": product.in_stock,
        "score": float(f"{candidate.score:.4g}"),
        "rung": rung,
        "reason": reason_of(candidate, products),
    }
    if rule:
        item[rule] = True
    return item
