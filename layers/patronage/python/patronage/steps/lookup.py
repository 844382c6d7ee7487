"""Answer what to recommend: to a user, or beside a product.

The lookup function imports this, so nothing heavy is imported with it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from patronage.errors import BadInput, TryAgain
from patronage.logic.serve.answers import recommendation_answer, segments_answer
from patronage.logic.serve.ladder import MAX_K, POPULAR, climb_down

if TYPE_CHECKING:
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

    def candidates(self, kind: str, generation: str, item_id: str) -> list[Candidate]:
        """Return the candidates of a user or a product, none where it is unknown."""


class SummaryReader(Protocol):
    """Where the summary of the segments comes from."""

    def summary(self, now: datetime) -> tuple[dict[str, Any], Entry]:
        """Return the live summary and its entry; `NoGenerationYet` before the first run."""


def recommend(reader: RecommendationReader, user_id: str, k: int = 10, *, now: datetime) -> dict[str, Any]:
    """Recommend k products to a user; an unknown user gets what is popular.

    A known user's list holds what the model found and, behind it, popular products not yet bought, so
    that what was bought comes back only where nothing else is left. Where the serving table fails, the
    answer is what is popular, from memory, and says ``degraded``.
    """
    found, shelf, is_degraded = _look_up(reader, "user", user_id, k, now)
    personal = [candidate for candidate in found if candidate.because is not None]
    filling = [candidate for candidate in found if candidate.because is None]
    placed = climb_down(k, [("user", personal), (POPULAR, filling), (POPULAR, shelf.popular)])
    return recommendation_answer({"user_id": user_id}, placed, shelf, k=k, now=now, is_degraded=is_degraded)


def similar(reader: RecommendationReader, product_id: str, k: int = 10, *, now: datetime) -> dict[str, Any]:
    """Find k products that are bought together with a product; an unknown one gets what is popular."""
    found, shelf, is_degraded = _look_up(reader, "similar", product_id, k, now)
    placed = climb_down(k, [("similar", found), (POPULAR, shelf.popular)], never={product_id})
    return recommendation_answer(
        {"product_id": product_id}, placed, shelf, k=k, now=now, is_degraded=is_degraded
    )


def segments(reader: SummaryReader, *, now: datetime) -> dict[str, Any]:
    """Return the live segments with their figures."""
    summary, entry = reader.summary(now)
    return segments_answer(summary, entry, now=now)


def recommend_from_run(
    store: ObjectStore, run_id: str, user_id: str, k: int = 10, *, now: datetime | None = None
) -> dict[str, Any]:
    """Recommend from a run's outputs, without a serving table; the same answer as `recommend`."""
    # Reading a run needs DuckDB, which the lookup function does not have.
    from patronage.steps.run_reader import RunReader

    return recommend(RunReader(store, run_id), user_id, k, now=now or datetime.now(UTC))


def similar_from_run(
    store: ObjectStore, run_id: str, product_id: str, k: int = 10, *, now: datetime | None = None
) -> dict[str, Any]:
    """Find similar products from a run's outputs; the same answer as `similar`."""
    from patronage.steps.run_reader import RunReader

    return similar(RunReader(store, run_id), product_id, k, now=now or datetime.now(UTC))


def _look_up(
    reader: RecommendationReader, kind: str, item_id: str, k: int, now: datetime
) -> tuple[list[Candidate], Shelf, bool]:
    if not 1 <= k <= MAX_K:
        raise BadInput(f"k={k} must lie between 1 and {MAX_K}")
    try:
        shelf = reader.shelf(now)
        return reader.candidates(kind, shelf.entry.run_id, item_id), shelf, False
    except TryAgain:
        remembered = reader.remembered_shelf(now)
        if remembered is None:
            raise
        return [], remembered, True
