"""Visits: one before each order, and others that led to none; when, whose, and what each is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.simulated.history import DAY, NOTHING, SECOND
from patronage.logic.simulated.lists import PopularLists, moved_forward, shares, without_repeats

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from patronage.logic.simulated.history import History
    from patronage.logic.simulated.parameters import Simulation

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

MOST_OTHERS = 2
_MARGIN = 3_600 * SECOND
"""Longer than any visit: so the visit of an order in the span begins in the span, too."""
_JITTER_SECONDS = 3 * 3_600


@dataclass(frozen=True)
class Span:
    """The time of the simulated events, in microseconds since 1970, UTC.

    Parameters
    ----------
    begins : int
        A whole hour; no event lies before.
    ends : int
        The last order's instant; no event lies after.
    """

    begins: int
    ends: int

    @classmethod
    def of(cls, first: datetime, last: datetime, *, days: int) -> Span:
        """Return the span over the last days of a shop whose first and last order are known."""
        ends = _micros(last)
        begins = max(ends - days * DAY, _micros(first) - DAY)
        return cls(begins - begins % (3_600 * SECOND), ends)

    def orders(self, history: History) -> Ints:
        """Return the orders of which a visit can begin in the span."""
        first = int(history.before(np.array([self.begins + _MARGIN]))[0])
        return np.arange(first, history.orders)


@dataclass(frozen=True)
class Visits:
    """Visits by their start, numbered from 0, in aligned arrays.

    Parameters
    ----------
    start, end : array of int64
        In microseconds; of a visit with an order the end is the order's instant.
    order : array of int64
        The order that the visit led to, else `NOTHING`.
    customer : array of int64
        Who visits; `NOTHING` where the shop never learns it.
    is_signed_in : array of bool
        Whether the customer is named from the start; else only a purchase names the customer.
    channel : array of int64
        Position in `Simulation.channels`.
    wanted : array of int64, shape (visits, most wanted)
        What the visit is about: products of the order, else of interest, the first one always; `NOTHING`
        stands in free places behind them.
    others : array of int64, shape (visits, most others)
        Other products that are viewed, as in `wanted`.
    """

    start: Ints
    end: Ints
    order: Ints
    customer: Ints
    is_signed_in: Bools
    channel: Ints
    wanted: Ints
    others: Ints

    def __len__(self) -> int:
        return len(self.start)

    @property
    def named(self) -> Ints:
        """Whom the events of each visit name before any purchase."""
        return np.where(self.is_signed_in, self.customer, NOTHING)


def draw_visits(history: History, span: Span, lists: PopularLists, simulation: Simulation) -> Visits:
    """Draw a visit for every order of the span, and visits without one around them."""
    rng = simulation.stream(0)
    order = _orders(history, span, simulation, rng)
    seconds = rng.integers(*simulation.visit_seconds, len(order), endpoint=True)
    end = history.order_at[order]
    bought = _Columns(end - seconds * SECOND, end, order, history.order_customer[order])
    columns = _by_start(bought, *_browses(history, span, order, simulation, rng))
    wanted = _wanted(history, lists, columns, simulation, rng)
    kept = wanted[:, 0] >= 0  # somebody of whom and of whose shop nothing is known looks at nothing
    columns, wanted = columns.take(kept), wanted[kept]
    count = len(columns.start)
    return Visits(
        start=columns.start,
        end=columns.end,
        order=columns.order,
        customer=columns.customer,
        is_signed_in=(rng.random(count) < simulation.signed_in_share) & (columns.customer >= 0),
        channel=shares([share for _, share in simulation.channels], rng.random(count)),
        wanted=wanted,
        others=_others(history, lists, columns, wanted, simulation, rng),
    )


@dataclass(frozen=True)
class _Columns:
    start: Ints
    end: Ints
    order: Ints
    customer: Ints

    def take(self, which: Ints | Bools) -> _Columns:
        return _Columns(self.start[which], self.end[which], self.order[which], self.customer[which])


def _micros(instant: datetime) -> int:
    return int(instant.timestamp()) * SECOND + instant.microsecond


def _orders(history: History, span: Span, simulation: Simulation, rng: np.random.Generator) -> Ints:
    """Return the orders that get a visit: all of the span, or as many of them as there may be."""
    inside = span.orders(history)
    if len(inside) <= simulation.most_orders:
        return inside
    return np.sort(rng.choice(inside, simulation.most_orders, replace=False))


def _browses(
    history: History, span: Span, order: Ints, simulation: Simulation, rng: np.random.Generator
) -> list[_Columns]:
    """Draw the visits without an order: of known customers before their orders, and of nobody known."""
    found = []
    customer = history.order_customer[order]
    for is_known, mean in ((True, simulation.browses_per_order), (False, simulation.anonymous_per_order)):
        counts = rng.poisson(mean, len(order)) * ((customer >= 0) | (not is_known))
        near = np.repeat(np.arange(len(order)), counts)
        days = rng.geometric(1 / simulation.browse_gap_days, len(near))
        jitter = rng.integers(-_JITTER_SECONDS, _JITTER_SECONDS, len(near))
        start = history.order_at[order[near]] - days * DAY + jitter * SECOND
        seconds = rng.integers(*simulation.visit_seconds, len(near), endpoint=True)
        whose = customer[near] if is_known else np.full(len(near), NOTHING)
        drawn = _Columns(start, start + seconds * SECOND, np.full(len(near), NOTHING), whose)
        found.append(drawn.take((start >= span.begins) & (drawn.end <= span.ends)))
    return found


def _by_start(*parts: _Columns) -> _Columns:
    joined = _Columns(
        np.concatenate([each.start for each in parts]),
        np.concatenate([each.end for each in parts]),
        np.concatenate([each.order for each in parts]),
        np.concatenate([each.customer for each in parts]),
    )
    return joined.take(np.argsort(joined.start, kind="stable"))


def _wanted(
    history: History,
    lists: PopularLists,
    columns: _Columns,
    simulation: Simulation,
    rng: np.random.Generator,
) -> Ints:
    wanted = np.full((len(columns.start), simulation.most_wanted), NOTHING)
    buying = columns.order >= 0
    wanted[buying] = _of_order(history, columns.order[buying], simulation.most_wanted, rng)
    wanted[~buying] = _of_interest(history, lists, columns.take(~buying), simulation, rng)
    return wanted


def _of_order(history: History, order: Ints, most: int, rng: np.random.Generator) -> Ints:
    """Draw products of each order, each once."""
    first = history.first_line[order]
    counts = history.first_line[order + 1] - first
    row = np.repeat(np.arange(len(order)), counts)
    begins = np.cumsum(counts) - counts
    line = np.arange(len(row)) - begins[row] + first[row]
    shuffled = np.lexsort((rng.random(len(row)), row))
    place = np.arange(len(row)) - begins[row]
    taken = place < most
    drawn = np.full((len(order), most), NOTHING)
    drawn[row[taken], place[taken]] = history.line_product[line[shuffled]][taken]
    return drawn


def _of_interest(
    history: History,
    lists: PopularLists,
    columns: _Columns,
    simulation: Simulation,
    rng: np.random.Generator,
) -> Ints:
    """Draw what a visit without an order is about: the customer's own kind of products, else popular ones."""
    start, most = columns.start, simulation.most_wanted
    popular = lists.draw(start, 1, rng)[:, 0]
    own = history.own(columns.customer, start, rng)
    from_own = (own >= 0) & (rng.random(len(start)) < simulation.own_share)
    like_own = history.together(own, start, rng)
    first = np.where(from_own, own, np.where(like_own >= 0, like_own, popular))
    count = np.minimum(1 + rng.poisson(simulation.wanted_views, len(start)), most)
    further = [history.together(first, start, rng) for _ in range(most - 1)]
    drawn = moved_forward(without_repeats(np.column_stack([first, *further])))
    return np.where(np.arange(most) < count[:, None], drawn, NOTHING)


def _others(
    history: History,
    lists: PopularLists,
    columns: _Columns,
    wanted: Ints,
    simulation: Simulation,
    rng: np.random.Generator,
) -> Ints:
    """Draw other products to view: bought together with the first, or popular; none that is wanted."""
    start = columns.start
    popular = lists.draw(start, MOST_OTHERS, rng)
    together = np.column_stack([history.together(wanted[:, 0], start, rng) for _ in range(MOST_OTHERS)])
    by_first = (together >= 0) & (rng.random(together.shape) < simulation.together_share)
    drawn = without_repeats(np.column_stack([wanted, np.where(by_first, together, popular)]))
    drawn = moved_forward(drawn[:, wanted.shape[1] :])
    count = np.minimum(rng.poisson(simulation.other_views, len(start)), MOST_OTHERS)
    return np.where(np.arange(MOST_OTHERS) < count[:, None], drawn, NOTHING)
