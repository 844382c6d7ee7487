"""Show a signed-in user what the storefront would get; nothing of it counts as shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import TryAgain
from patronage.logic.serve.context import NOWHERE, Context
from patronage.logic.serve.filters import EVERYTHING
from patronage.logic.serve.rights import named
from patronage.logic.serve.session_rank import USER
from patronage.logic.serve.wanted import Found, Wanted
from patronage.steps import lookup

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.logic.serve.filters import Filters


def preview(
    reader: lookup.RecommendationReader,
    customer_id: str | None = None,
    k: int = 10,
    *,
    now: datetime,
    context: Context = NOWHERE,
    filters: Filters = EVERYTHING,
    recommend_bought: bool = False,
) -> dict[str, Any]:
    """Return what the shop's server would get for a customer, or for a visitor of whom nothing is known.

    It is `lookup.recommend` that answers. The ``recommendation_id`` is left out: without it no impression or
    click can be counted for what nobody was shown. ``has_own_list`` says whether the live generation keeps a
    list for this id: None of a guest, and where the serving table cannot be read.

    Parameters
    ----------
    reader : RecommendationReader
        Where candidates come from.
    customer_id : str, optional
        The customer; None for a guest.
    """
    rights = named(customer_id or "")
    answer = lookup.recommend(
        reader,
        rights,
        k,
        now=now,
        context=context,
        filters=filters,
        recommend_bought=recommend_bought,
    )
    del answer["recommendation_id"]
    own = _has_own_list(reader, rights.user_id, answer, now)
    return {**answer, "is_preview": True, "has_own_list": own}


def _has_own_list(
    reader: lookup.RecommendationReader, customer_id: str, answer: dict[str, Any], now: datetime
) -> bool | None:
    """Say whether a list is kept, also where an arm, a filter or a rule keeps it from being shown."""
    if any(item["rung"] == USER for item in answer["items"]):
        return True
    if not customer_id or "degraded" in answer:
        return None
    found = Found()
    try:
        reader.read(Wanted(users=[customer_id]), reader.shelf(now), found, now)
    except TryAgain:
        return None
    own = found.users.get(customer_id)
    return own is not None and any(True for _ in own.candidates)
