"""Why a product stands in an answer, in numbers that can be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.serve.kinds import (
    ALIKE,
    BOUGHT_AGAIN,
    BOUGHT_NEXT,
    BOUGHT_TOGETHER,
    NAMES,
    NEW,
    SAME_BASKET,
    TRENDING,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.serve.packing import Candidate
    from patronage.logic.serve.shelf import Listed

_TEXTS = {
    BOUGHT_TOGETHER: "{share} of the customers who bought {name} also bought this",
    BOUGHT_NEXT: "{share} of the customers who bought {name} bought this afterwards",
    ALIKE: "{share} alike to {name} by what the shop says of both",
    BOUGHT_AGAIN: "bought on {share} of this customer's days with a purchase",
    SAME_BASKET: "in {share} of the baskets that hold {name}",
}


def reason_of(candidate: Candidate, products: Mapping[str, Listed]) -> dict[str, Any]:
    """Return the reason for a candidate: its kind, its numbers, and a sentence."""
    if candidate.kind == NEW:
        return {"kind": NAMES[NEW], "text": "new in this shop"}
    if candidate.kind == TRENDING:
        return _trending(candidate.score)
    if candidate.kind not in _TEXTS or candidate.because is None or candidate.share <= 0:
        product = products.get(candidate.product_id)
        return _popular(product.buyers if product else 0)
    because, share = candidate.because, candidate.share
    name = products[because].name if because in products else because
    return {
        "kind": NAMES[candidate.kind],
        "because_product_id": because,
        "because_name": name,
        "share": share,
        "text": _TEXTS[candidate.kind].format(share=percent(share), name=" ".join(name.split())),
    }


def percent(share: float) -> str:
    """Write a share for people: whole percents from 10 on, tenths below.

    Examples
    --------
    >>> percent(0.376), percent(0.0424), percent(0.0002)
    ('38%', '4.2%', 'under 0.1%')
    """
    value = share * 100
    if value < 0.1:
        return "under 0.1%"
    return f"{value:.0f}%" if value >= 9.95 else f"{value:.1f}".removesuffix(".0") + "%"


def _popular(buyers: int) -> dict[str, Any]:
    who = "1 customer" if buyers == 1 else f"{buyers:,} customers"
    text = f"{who} bought this" if buyers else "popular in this shop"
    return {"kind": "popular", "buyers": buyers, "text": text}


def _trending(times: float) -> dict[str, Any]:
    """Say how many times as much as before a product sells, in two digits."""
    rounded = float(f"{times:.2g}")
    return {"kind": NAMES[TRENDING], "times": rounded, "text": f"sells {rounded:g} times as much as before"}
