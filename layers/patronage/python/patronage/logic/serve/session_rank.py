"""What a visit changes in a ranking: products like those of the visit, merged with the own list."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from patronage.logic.serve.ladder import Placed
from patronage.logic.serve.packing import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

USER, SESSION = "user", "session"
SESSION_PRODUCTS = 5
"""So many of the newest products of a visit count."""
FADES = 0.7
"""Each product of a visit weighs so much of the next newer one."""
DEPTH = 20
"""So many of the products beside each of them count, or as many as are asked for."""
OFFSET = 5.0
"""How flat ranks are where lists are merged: the same as where models are blended."""


def newest(products: Iterable[str]) -> tuple[str, ...]:
    """Return the products of a visit that count, the newest first, from all of them, the newest last.

    Examples
    --------
    >>> newest(["mug", "cup", "mug"])
    ('mug', 'cup')
    """
    return tuple(dict.fromkeys(reversed(list(products))))[:SESSION_PRODUCTS]


def like_the_visit(lists: Iterable[Iterable[Candidate]], depth: int = DEPTH) -> list[Candidate]:
    """Add up the similarities that lead from the products of a visit.

    Parameters
    ----------
    lists : iterable of iterable of Candidate
        What is similar to each product of the visit, the newest first, which counts most.
    depth : int
        How many places of each list count.

    Returns
    -------
    list of Candidate
        The best first, each with the reason that counted most.
    """
    scores: dict[str, float] = {}
    strongest: dict[str, tuple[float, Candidate]] = {}
    weight = 1.0
    for candidates in lists:
        for each in islice(candidates, depth):
            product_id, score = each.product_id, weight * each.score
            known = strongest.get(product_id)
            scores[product_id] = score if known is None else scores[product_id] + score
            if known is None or score > known[0]:
                strongest[product_id] = (score, each)
        weight *= FADES
    ranked = sorted(scores, key=lambda product_id: (-scores[product_id], product_id))
    found = ((scores[product_id], strongest[product_id][1]) for product_id in ranked)
    return [Candidate(each.product_id, score, each.because, each.share, each.kind) for score, each in found]


def merged(own: Iterable[Candidate], session: Iterable[Candidate]) -> Iterator[Placed]:
    """Merge a customer's own list with what the visit leads to, by reciprocal rank fusion.

    A list gives its product at rank r the worth 1 / (`OFFSET` + r); worths are added. Of equal products, what
    the visit leads to stands first, because it is newer. A product stands on the rung of the list that ranks
    it higher, its own where both rank it alike.
    """
    worth: dict[str, float] = {}
    best: dict[str, tuple[int, str, Candidate]] = {}
    for rung, candidates in ((SESSION, session), (USER, own)):
        for rank, each in enumerate(candidates, start=1):
            product_id = each.product_id
            worth[product_id] = worth.get(product_id, 0.0) + 1.0 / (OFFSET + rank)
            if product_id not in best or rank <= best[product_id][0]:
                best[product_id] = (rank, rung, each)
    for product_id in sorted(worth, key=worth.__getitem__, reverse=True):
        _, rung, each = best[product_id]
        yield Placed(rung, each)
