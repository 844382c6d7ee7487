"""Places that a rule gives away: pinned products, and slots for promoted ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.serve.filters import is_below
from patronage.logic.serve.ladder import Placed, from_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from patronage.logic.serve.context import Context
    from patronage.logic.serve.rules import Pin
    from patronage.logic.serve.shelf import Shelf

PINNED, PROMOTED = "pinned", "promoted"


def given_places(
    shelf: Shelf, k: int, context: Context, is_eligible: Callable[[str], bool]
) -> dict[int, Placed]:
    """Return the products that rules give places of an answer to, by place counted from 1.

    A pin goes before a slot. Of two pins of one place the first of the document holds it; a slot whose place
    is taken moves to the next one that is free. A product takes one place.
    """
    rules = shelf.standing.rules
    if not rules.pins and not rules.slots:
        return {}
    taken: dict[int, Placed] = {}
    used: set[str] = set()
    for pin in rules.pins:
        may_stand = pin.position <= k and pin.position not in taken and pin.product_id not in used
        if may_stand and _applies(pin, context) and is_eligible(pin.product_id):
            taken[pin.position] = from_catalogue(shelf, pin.product_id, PINNED)
            used.add(pin.product_id)
    for slot in sorted(rules.slots, key=lambda slot: slot.position):
        place = next((each for each in range(slot.position, k + 1) if each not in taken), None)
        chosen = next((each for each in slot.product_ids if each not in used and is_eligible(each)), None)
        if place is not None and chosen is not None:
            taken[place] = from_catalogue(shelf, chosen, PROMOTED)
            used.add(chosen)
    return taken


def arrange(ranked: Sequence[Placed], given: Mapping[int, Placed], k: int) -> list[Placed]:
    """Fill k places: those that rules give away, and the others in their order.

    Where too few products are left to reach a place that is given away, its product moves up.
    """
    if not given:
        return list(ranked[:k])
    rest = iter(ranked)
    left = dict(sorted(given.items()))
    placed: list[Placed] = []
    while len(placed) < k:
        each = left.pop(len(placed) + 1, None) or next(rest, None)
        if each is None:
            return placed + list(left.values())
        placed.append(each)
    return placed


def _applies(pin: Pin, context: Context) -> bool:
    return (
        (not pin.countries or context.country in pin.countries)
        and (not pin.segments or context.segment in pin.segments)
        and (not pin.categories or any(is_below(context.category, each) for each in pin.categories))
    )
