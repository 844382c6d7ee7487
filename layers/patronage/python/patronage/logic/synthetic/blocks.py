"""A block of customers with all that they did, in bounded memory and from its own random stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.logic.synthetic.customers import draw_people
from patronage.logic.synthetic.events import draw_events
from patronage.logic.synthetic.orders import draw_lines, draw_orders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.logic.synthetic.customers import People
    from patronage.logic.synthetic.events import Events
    from patronage.logic.synthetic.orders import Lines, Orders
    from patronage.logic.synthetic.world import World

BLOCK_CUSTOMERS = 10_000


@dataclass(frozen=True)
class Block:
    """Customers from number `first` on, the block's guests, and all that they did."""

    first: int
    people: People
    orders: Orders
    lines: Lines
    events: Events


def draw_blocks(world: World) -> Iterator[Block]:
    """Draw the customers by blocks of `BLOCK_CUSTOMERS`; a whole block is the same in a larger shop."""
    shop = world.shop
    for number, first in enumerate(range(0, shop.customers, BLOCK_CUSTOMERS)):
        rng = shop.stream(1, number)
        people = draw_people(world, min(BLOCK_CUSTOMERS, shop.customers - first), rng)
        orders = draw_orders(world, people, rng)
        lines = draw_lines(world, people, orders, rng)
        yield Block(first, people, orders, lines, draw_events(world, people, orders, lines, rng))
