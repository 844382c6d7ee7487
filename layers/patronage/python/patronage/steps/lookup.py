"""Answer what to recommend: to a user, or beside a product.

The lookup function imports this, so nothing heavy is imported with it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from patronage.errors import BadInput, TryAgain
from patronage.logic.serve import kinds as kinds_of_reason
from patronage.logic.serve.answers import recommendation_answer, segments_answer
from patronage.logic.serve.context import NOWHERE, Context
from patronage.logic.serve.ladder import MAX_K, POPULAR, climb_down

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.serve.catalogue import Shelf
    from patronage.logic.serve.packing import Candidate
    from patronage.logic.serve.pointer import Entry
    from patronage.stores.objects import ObjectStore


class RecommendationReader(Protocol):
    """Where candidates come from: the serving table, or a run's outputs."""

    def shelf(self, now: datetime) -> Shelf:
        """Return what all answers share; `NoGenerationYet` before the first run."""

    def remembered_shelf(self, now: datetime) -> Shelf | None:
        """Return a shelf from memory, for when nothing can be read."""

    def candidates(
        self, wanted: Sequence[tuple[str, str]], generation: str
    ) -> dict[tuple[str, str], list[Candidate]]:
        """Return the candidates of users, products and contexts by (kind, id); without those unknown."""


class SummaryReader(Protocol):
    """Where the summary of the segments comes from."""

    def summary(self, now: datetime) -> tuple[dict[str, Any], Entry]:
        """Return the live summary and its entry; `NoGenerationYet` before the first run."""


def recommend(
    reader: RecommendationReader,
    user_id: str,
    k: int = 10,
    *,
    now: datetime,
    context: Context = NOWHERE,
) -> dict[str, Any]:
    """Recommend k products to a user; who is unknown gets what fits the visit, else what is popular.

    The rungs, best first: the user's own list; products like those of this visit; what is popular in the
    segment; in the category and country; in the whole shop. A known user's list holds what the models found
    and, behind it, popular products not yet bought, so that what was bought comes back only where nothing
    else is left. Where the serving table fails, the answer is what is popular, from memory, and says
    ``degraded``.
    """
    kinds = [("user", user_id), *context.wanted()]
    found, shelf, is_degraded = _look_up(reader, kinds, k, now)
    own = found.pop(("user", user_id), [])
    personal = [each for each in own if each.kind != kinds_of_reason.POPULAR]
    filling = [each for each in own if each.kind == kinds_of_reason.POPULAR]
    rungs = [("user", personal), *context.rungs(found), (POPULAR, filling)]
    placed = climb_down(k, [*rungs, (POPULAR, shelf.popular)], never=context.session)
    return recommendation_answer({"user_id": user_id}, placed, shelf, k=k, now=now, is_degraded=is_degraded)


def similar(
    reader: RecommendationReader, product_id: str, k: int = 10, *, now: datetime, kind: str = "similar"
) -> dict[str, Any]:
    """Find k products like a product, or with the kind ``together`` those of the same baskets.

    An unknown product gets what is popular.
    """
    found, shelf, is_degraded = _look_up(reader, [(kind, product_id)], k, now)
    rungs = [(kind, each) for each in found.values()]
    placed = climb_down(k, [*rungs, (POPULAR, shelf.popular)], never={product_id})
    return recommendation_answer(
        {"product_id": product_id}, placed, shelf, k=k, now=now, is_degraded=is_degraded
    )


def segments(reader: SummaryReader, *, now: datetime) -> dict[str, Any]:
    """Return the live segments with their figures."""
    summary, entry = reader.summary(now)
    return segments_answer(summary, entry, now=now)


def recommend_from_run(
    store: ObjectStore,
    run_id: str,
    user_id: str,
    k: int = 10,
    *,
    now: datetime | None = None,
    context: Context = NOWHERE,
) -> dict[str, Any]:
    """Recommend from a run's outputs, without a serving table; the same answer as `recommend`."""
    # Reading a run needs DuckDB, which the lookup function does not have.
    from patronage.steps.run_reader import RunReader

    reader = RunReader(store, run_id)
    return recommend(reader, user_id, k, now=now or datetime.now(UTC), context=context)


def similar_from_run(
    store: ObjectStore,
    run_id: str,
    product_id: str,
    k: int = 10,
    *,
    now: datetime | None = None,
    kind: str = "similar",
) -> dict[str, Any]:
    """Find similar products from a run's outputs; the same answer as `similar`."""
    from patronage.steps.run_reader import RunReader

    return similar(RunReader(store, run_id), product_id, k, now=now or datetime.now(UTC), kind=kind)


def _look_up(
    reader: RecommendationReader, wanted: Sequence[tuple[str, str]], k: int, now: datetime
) -> tuple[dict[tuple[str, str], list[Candidate]], Shelf, bool]:
    if not 1 <= k <= MAX_K:
        raise BadInput(f"k={k} must lie between 1 and {MAX_K}")
    try:
        shelf = reader.shelf(now)
        return reader.candidates(wanted, shelf.entry.run_id), shelf, False
    except TryAgain:
        remembered = reader.remembered_shelf(now)
        if remembered is None:
            raise
        return {}, remembered, True
