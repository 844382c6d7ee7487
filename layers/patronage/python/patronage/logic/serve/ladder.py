"""The ladder: from the best rung down to the whole catalogue, until the places are filled."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from patronage.logic.serve.packing import Candidate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from patronage.logic.serve.shelf import Shelf

POPULAR = "popular"
CATALOGUE = "catalogue"
MAX_K = 50
"""The most products that one answer holds."""


class Placed(NamedTuple):
    """A candidate, the rung that it came from, and the rule that put it there.

    The rule is ``pinned``, ``promoted``, or "" for none.
    """

    rung: str
    candidate: Candidate
    rule: str = ""


def climb_down(
    count: int,
    rungs: Iterable[Placed],
    *,
    is_eligible: Callable[[str], bool],
    buried: Collection[str] = (),
) -> list[Placed]:
    """Fill places from the best rung on, each product once.

    Parameters
    ----------
    count : int
        Places to fill; fewer are filled only where fewer products are eligible.
    rungs : iterable of Placed
        The best first; no more is taken of it than is needed.
    is_eligible : callable
        Says of a product's id whether it may be placed.
    buried : collection of str
        Products that stand behind all others.
    """
    placed: list[Placed] = []
    behind: list[Placed] = []
    seen: set[str] = set()
    for each in rungs:
        if len(placed) == count:
            break
        product_id = each.candidate.product_id
        if product_id in seen:
            continue
        seen.add(product_id)
        if is_eligible(product_id):
            (behind if product_id in buried else placed).append(each)
    return (placed + behind)[:count]


def on_rung(rung: str, candidates: Iterable[Candidate]) -> Iterator[Placed]:
    """Put candidates on a rung."""
    return (Placed(rung, candidate) for candidate in candidates)


def whole_catalogue(shelf: Shelf) -> Iterator[Placed]:
    """Put all products on the last rung, those of the most buyers first."""
    return (from_catalogue(shelf, product_id) for product_id in shelf.by_buyers)


def from_catalogue(shelf: Shelf, product_id: str, rule: str = "") -> Placed:
    """Put one product on the last rung; its score is the number of its buyers."""
    return Placed(CATALOGUE, Candidate(product_id, float(shelf.products[product_id].buyers)), rule)


def reach(count: int, factors: Mapping[str, float]) -> int:
    """Return how far down a product may stand that factors bring among the first places."""
    return ceil(count * max(factors.values(), default=1.0))


def boosted(placed: list[Placed], factors: Mapping[str, float]) -> list[Placed]:
    """Multiply the rank score of products, which is 1 over the place: with 2, place 6 counts as place 3.

    Of equal ones, that with the greater factor stands first.
    """
    if not factors:
        return placed

    def place(numbered: tuple[int, Placed]) -> tuple[float, float]:
        number, each = numbered
        factor = factors.get(each.candidate.product_id, 1.0)
        return (number / factor, -factor)

    return [each for _, each in sorted(enumerate(placed, start=1), key=place)]
