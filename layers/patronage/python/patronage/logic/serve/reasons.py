"""Why a product stands in an answer, in numbers that can be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.serve.catalogue import Product
    from patronage.logic.serve.packing import Candidate


def reason_of(candidate: Candidate, products: Mapping[str, Product]) -> dict[str, Any]:
    """Return the reason for a candidate: what it was bought together with, or how many bought it."""
    if candidate.because is None or candidate.share <= 0:
        product = products.get(candidate.product_id)
        return _popular(product.buyers if product else 0)
    return _bought_together(candidate.because, candidate.share, products)


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


def _bought_together(because: str, share: float, products: Mapping[str, Product]) -> dict[str, Any]:
    name = products[because].name if because in products else because
    return {
        "kind": "bought_together",
        "because_product_id": because,
        "because_name": name,
        "share": share,
        "text": f"{percent(share)} of the customers who bought {' '.join(name.split())} also bought this",
    }


def _popular(buyers: int) -> dict[str, Any]:
    who = "1 customer" if buyers == 1 else f"{buyers:,} customers"
    text = f"{who} bought this" if buyers else "popular in this shop"
    return {"kind": "popular", "buyers": buyers, "text": text}
