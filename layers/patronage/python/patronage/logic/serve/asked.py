"""What the parameters of a route say to a lookup: what is known of the visit, and what is left out.

The hot path imports this, so nothing heavy is imported with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.logic.serve.context import Context
from patronage.logic.serve.filters import Filters, greatest_minor, least_minor

if TYPE_CHECKING:
    from collections.abc import Mapping


def context_of(values: Mapping[str, Any], timezone: str) -> Context:
    """Return what a request says of the visit; its month is that of the shop's zone."""
    time = values["time"]
    return Context(
        category=values["page_category"] or "",
        country=values["country"] or "",
        device=values["device"] or "",
        month=time.astimezone(ZoneInfo(timezone)).month if time else 0,
    )


def filters_of(values: Mapping[str, Any], minor_digits: int) -> Filters:
    """Return the products that a request asks for; its prices are written as on a price tag."""
    least, greatest = values["min_price"], values["max_price"]
    return Filters(
        frozenset(values["exclude"]),
        values["in_stock"],
        values["category"] or "",
        None if least is None else least_minor(least, minor_digits),
        None if greatest is None else greatest_minor(greatest, minor_digits),
    )
