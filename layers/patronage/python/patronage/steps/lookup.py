"""Answer what to recommend: to a customer or a visitor, beside a product, of the whole shop.

The lookup function imports this, so nothing heavy is imported with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

from patronage.errors import BadField, TryAgain
from patronage.logic.serve.answers import recommendation_answer
from patronage.logic.serve.context import NOWHERE, Context
from patronage.logic.serve.filters import EVERYTHING
from patronage.logic.serve.ladder import MAX_K, POPULAR, climb_down, on_rung, whole_catalogue
from patronage.logic.serve.rights import NOBODY, Rights, named
from patronage.logic.serve.visits import Visit
from patronage.logic.serve.wanted import MAX_USERS, Found, Wanted, all_of

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.logic.experiments.running import Assigned
    from patronage.logic.serve.filters import Filters
    from patronage.logic.serve.shelf import Shelf


class RecommendationReader(Protocol):
    """Where candidates come from: the serving table, or a run's outputs."""

    def shelf(self, now: datetime) -> Shelf:
        """Return what all answers share; `NoGenerationYet` before the first run."""

    def remembered_shelf(self, now: datetime) -> Shelf | None:
        """Return a shelf from memory, for when nothing can be read."""

    def read(self, wanted: Wanted, shelf: Shelf, found: Found, now: datetime) -> None:
        """Add what is wanted of the shelf's generation to what was found; many keys a hundred at a time."""


def recommend(
    reader: RecommendationReader,
    rights: Rights = NOBODY,
    k: int = 10,
    *,
    now: datetime,
    context: Context = NOWHERE,
    filters: Filters = EVERYTHING,
    recommend_bought: bool = False,
    placement: str = "",
) -> dict[str, Any]:
    """Recommend k products to a customer or a visitor; who is unknown gets what fits the visit.

    The rungs, best first: the customer's own list, merged with products like those of the visit; what is
    popular in the segment; in the category, in the country, on the device and in the month; what fills the
    own list; what is popular in the shop; the whole catalogue. Rules and filters apply on all of them, so
    that fewer than k come only where fewer are eligible. Where the serving table fails, the answer comes from
    memory and says ``degraded``.

    Parameters
    ----------
    rights : Rights
        Whom it is for, and what may be used of them.
    recommend_bought : bool
        The shop's setting: what customers bought is recommended to them too, unless a rule says otherwise.
    placement : str
        Where the answer is shown; its id carries that to what comes of it.
    """
    (answer,) = _recommend(reader, [rights], k, now, context, filters, recommend_bought, placement)
    return answer


def recommend_many(
    reader: RecommendationReader,
    user_ids: Sequence[str],
    k: int = 10,
    *,
    now: datetime,
    context: Context = NOWHERE,
    filters: Filters = EVERYTHING,
    recommend_bought: bool = False,
    placement: str = "",
) -> dict[str, Any]:
    """Recommend k products to each of up to 100 customers, in the order in which they are named."""
    if not 1 <= len(user_ids) <= MAX_USERS:
        raise BadField(
            f"user_ids names {len(user_ids)} customers; name 1 to {MAX_USERS}", field="user_ids", rule="count"
        )
    everyone = [named(user_id) for user_id in user_ids]
    answers = _recommend(reader, everyone, k, now, context, filters, recommend_bought, placement)
    return {"k": k, "answers": answers}


def similar(
    reader: RecommendationReader,
    product_id: str,
    k: int = 10,
    *,
    now: datetime,
    kind: str = "similar",
    filters: Filters = EVERYTHING,
    placement: str = "",
) -> dict[str, Any]:
    """Find k products like a product, or with the kind ``together`` those of the same baskets.

    An unknown product gets what is popular.
    """
    asked = {"product_id": product_id}
    return _listed(reader, (kind, product_id), kind, asked, k, now, filters, placement, hidden={product_id})


def trending(
    reader: RecommendationReader,
    k: int = 10,
    *,
    now: datetime,
    filters: Filters = EVERYTHING,
    placement: str = "",
) -> dict[str, Any]:
    """Find k products that sell more than they used to."""
    return _listed(reader, (POPULAR, "trending"), "trending", {}, k, now, filters, placement)


def new(
    reader: RecommendationReader,
    k: int = 10,
    *,
    now: datetime,
    filters: Filters = EVERYTHING,
    placement: str = "",
) -> dict[str, Any]:
    """Find k products that are new in the shop."""
    return _listed(reader, (POPULAR, "new"), "new", {}, k, now, filters, placement)


def _recommend(
    reader: RecommendationReader,
    everyone: Sequence[Rights],
    k: int,
    now: datetime,
    context: Context,
    filters: Filters,
    recommend_bought: bool,
    placement: str,
) -> list[dict[str, Any]]:
    _check_k(k)
    shelf, is_degraded = _shelf(reader, now)
    visits = [Visit(rights, context, filters, recommend_bought, _arm(shelf, rights)) for rights in everyone]
    found = Found()
    if not is_degraded:
        is_degraded = not _gathered(reader, visits, shelf, found, now)
    answers = []
    for number, visit in enumerate(visits):
        arm = visit.settle(found)
        answers.append(
            recommendation_answer(
                {"user_id": visit.rights.user_id or None, "personal": visit.rights.is_personal},
                [] if arm and arm.is_control else visit.placed(shelf, found, k, now),
                shelf,
                k=k,
                now=now,
                is_degraded=is_degraded,
                arm=arm,
                placement=placement,
                told_apart_by=f"{now.isoformat()}~{number}",
                has_visitor=bool(visit.rights.visitor),
            )
        )
    return answers


def _arm(shelf: Shelf, rights: Rights) -> Assigned | None:
    """Return the part that a customer, else a visit, has in what runs."""
    if shelf.experiments is None:
        return None
    return shelf.experiments.arm_of(rights.visitor)


def _gathered(
    reader: RecommendationReader, visits: Sequence[Visit], shelf: Shelf, found: Found, now: datetime
) -> bool:
    """Read what visits need, each time what was found leads to; say whether all could be read.

    A plain lookup takes one round trip, one with a session two. A customer without an own list, or
    unknown, takes a second for the segment, and the first of a segment that the reader meets a third: read
    beside every own list, segments would make each lookup dearer for the sake of a few. Each step of a batch
    takes a round trip for every hundred keys.
    """
    steps = (Visit.first, Visit.second, Visit.third)
    try:
        for step in steps:
            wanted = all_of([step(visit, shelf, found, now) for visit in visits])
            if any(wanted):
                reader.read(wanted, shelf, found, now)
    except TryAgain:
        return False
    return True


def _listed(
    reader: RecommendationReader,
    key: tuple[str, str],
    rung: str,
    asked: dict[str, Any],
    k: int,
    now: datetime,
    filters: Filters,
    placement: str,
    hidden: set[str] | frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Answer with a list that is about no person, filled with what is popular."""
    _check_k(k)
    shelf, is_degraded = _shelf(reader, now)
    found = Found()
    if not is_degraded:
        try:
            reader.read(Wanted(lists=[key]), shelf, found, now)
        except TryAgain:
            is_degraded = True
    rungs = chain(
        on_rung(rung, found.lists.get(key, ())), on_rung(POPULAR, shelf.popular), whole_catalogue(shelf)
    )
    is_eligible = shelf.standing.eligible(filters, hidden)
    placed = climb_down(k, rungs, is_eligible=is_eligible)
    return recommendation_answer(
        asked,
        placed,
        shelf,
        k=k,
        now=now,
        is_degraded=is_degraded,
        placement=placement,
        has_visitor=False,
    )


def _shelf(reader: RecommendationReader, now: datetime) -> tuple[Shelf, bool]:
    """Return the shelf, and whether it comes from memory because nothing can be read."""
    try:
        return reader.shelf(now), False
    except TryAgain:
        remembered = reader.remembered_shelf(now)
        if remembered is None:
            raise
        return remembered, True


def _check_k(k: int) -> None:
    if not 1 <= k <= MAX_K:
        raise BadField(f"k={k} must lie between 1 and {MAX_K}", field="k", rule="range")
