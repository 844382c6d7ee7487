"""The ladder: from the best rung down to what is popular, until the places are filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from patronage.logic.serve.packing import Candidate

POPULAR = "popular"
MAX_K = 50
"""The most products that one answer holds."""


class Placed(NamedTuple):
    """A candidate and the rung that it came from."""

    rung: str
    candidate: Candidate


def climb_down(
    k: int,
    rungs: Sequence[tuple[str, Iterable[Candidate]]],
    *,
    never: Collection[str] = (),
) -> list[Placed]:
    """Fill k places from the first rung on, each product once.

    Parameters
    ----------
    k : int
        Places to fill; fewer are filled only where the rungs hold fewer products.
    rungs : sequence of (name, candidates)
        The best rung first.
    never : collection of str
        Products that must not stand in the answer.
    """
    placed: list[Placed] = []
    seen = set(never)
    for rung, candidates in rungs:
        for candidate in candidates:
            if len(placed) == k:
                return placed
            if candidate.product_id in seen:
                continue
            seen.add(candidate.product_id)
            placed.append(Placed(rung, candidate))
    return placed
