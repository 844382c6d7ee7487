"""The events of visits, by time: what is viewed, carted, shown, clicked, searched for and bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.simulated.answers import BASKET, HOME, PRODUCT
from patronage.logic.simulated.history import NOTHING
from patronage.logic.tables import EVENT_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.simulated.answers import Answers
    from patronage.logic.simulated.history import History
    from patronage.logic.simulated.parameters import Simulation
    from patronage.logic.simulated.visits import Visits

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

# A visit is a way from 0 to its end, and each event has its place on it.
_END = 20.0
_SEARCH, _FIRST_VIEW, _FIRST_CART = 3.0, 4.0, 9.5
_ANSWERS = {HOME: 0.5, PRODUCT: 5.0, BASKET: 10.0}
_CLICK_AFTER, _POSITION_APART, _CLICKS_APART, _LOOK_AFTER = 0.5, 0.02, 0.2, 0.1
_LAST_VIEW = 18.0
_VIEWS_FROM = (_FIRST_VIEW, 8.0, 13.0)
"""A wanted product is viewed only after the answer that may show it; see `answers._hits`."""
_OTHERS_FROM = 7.0
_MILLISECOND = 1_000


@dataclass(frozen=True)
class Events:
    """Events by time, in aligned arrays.

    Parameters
    ----------
    visit : array of int64
    type : array of int64
        Position in `EVENT_TYPES`.
    product : array of int64
        What it is about, of a search what was looked for; `NOTHING` where it is about none.
    instant : array of int64
        In microseconds since 1970, UTC.
    answer, position : array of int64
        The answer of recommendations that the event names, and the place in it from 1; `NOTHING` for none.
    """

    visit: Ints
    type: Ints
    product: Ints
    instant: Ints
    answer: Ints
    position: Ints

    def __len__(self) -> int:
        return len(self.visit)


def draw_carts(visits: Visits, simulation: Simulation) -> Bools:
    """Draw which wanted products are put into the basket; the first one of an order always is."""
    buying = visits.order >= 0
    chance = np.where(buying, simulation.cart_share, simulation.browse_cart_share)
    carted = simulation.stream(2).random(visits.wanted.shape) < chance[:, None]
    carted[:, 0] |= buying
    return carted & (visits.wanted >= 0)


def draw_events(
    history: History,
    visits: Visits,
    answers: Answers,
    is_carted: Bools,
    is_searchable: Bools,
    simulation: Simulation,
) -> Events:
    """Draw the events of all visits.

    Parameters
    ----------
    is_carted : array of bool
        As `draw_carts` draws them.
    is_searchable : array of bool
        By product, whether it has words to search for.
    """
    rng = simulation.stream(3)
    parts = [
        _searches(visits, is_searchable, simulation, rng),
        *_showings(answers),
        *_wanted(visits, answers, is_carted, simulation, rng),
        *_others(history, visits, simulation, rng),
        _purchases(visits),
    ]
    return _by_time(visits, parts)


@dataclass(frozen=True)
class _Part:
    """Events of one kind: the places say where in the visit."""

    kind: str
    visit: Ints
    place: Floats
    product: Ints | None = None
    answer: Ints | None = None
    position: Ints | None = None


def _searches(
    visits: Visits, is_searchable: Bools, simulation: Simulation, rng: np.random.Generator
) -> _Part:
    first = visits.wanted[:, 0]
    visit = np.flatnonzero((rng.random(len(visits)) < simulation.search_share) & is_searchable[first])
    return _Part("search", visit, np.full(len(visit), _SEARCH), first[visit])


def _showings(answers: Answers) -> list[_Part]:
    """Lay out what is seen, and clicked where it leads to a product that the visit is not about."""
    base = np.array([_ANSWERS[each] for each in sorted(_ANSWERS)])[answers.placement]
    held = np.flatnonzero(answers.is_held_out)
    seen, place = np.nonzero(answers.products >= 0)
    clicked, at = np.nonzero(answers.is_clicked)
    astray, stray = np.nonzero(answers.is_clicked & ~answers.is_hit)
    return [
        _Part("impression", answers.visit[held], base[held], answer=held),
        _Part(
            "impression",
            answers.visit[seen],
            base[seen] + place * _POSITION_APART,
            answers.products[seen, place],
            seen,
            place + 1,
        ),
        _Part(
            "click",
            answers.visit[clicked],
            _click_place(base[clicked], at),
            answers.products[clicked, at],
            clicked,
            at + 1,
        ),
        _Part(
            "view",
            answers.visit[astray],
            _click_place(base[astray], stray) + _LOOK_AFTER,
            answers.products[astray, stray],
        ),
    ]


def _click_place(base: Floats, at: Ints) -> Floats:
    return base + _CLICK_AFTER + _CLICKS_APART * (at + 1)


def _wanted(
    visits: Visits, answers: Answers, is_carted: Bools, simulation: Simulation, rng: np.random.Generator
) -> list[_Part]:
    """Lay out the products that visits are about: where one is clicked, that is how it comes to be viewed."""
    parts = []
    uniform = rng.random((4, *visits.wanted.shape))
    for column, product in enumerate(visits.wanted.T):
        led, at = _led_by(visits, answers, column)
        base = _ANSWERS[min(column, BASKET)]
        since = _VIEWS_FROM[min(column, len(_VIEWS_FROM) - 1)]
        wandering = since + (uniform[0, :, column] * (_LAST_VIEW - since) if column else 0.0)
        viewed = np.where(led >= 0, _click_place(np.full(len(led), base), at) + _LOOK_AFTER, wandering)
        some = np.flatnonzero(product >= 0)
        parts.append(_Part("view", some, viewed[some], product[some]))
        on_tile = (led >= 0) & (uniform[1, :, column] < simulation.tile_cart_share)
        later = _FIRST_CART if column == 0 else viewed + uniform[2, :, column] * (_END - 1 - viewed)
        carted_at = np.where(on_tile & (column > 0), viewed + _LOOK_AFTER, later)
        carted = np.flatnonzero(is_carted[:, column])
        named, position = (np.where(on_tile, each, NOTHING)[carted] for each in (led, at + 1))
        parts.append(_Part("cart_add", carted, carted_at[carted], product[carted], named, position))
        taken_out = is_carted[:, column] & (visits.order < 0)
        taken_out &= uniform[3, :, column] < simulation.cart_remove_share
        parts.append(_removals(np.flatnonzero(taken_out), carted_at, product, rng))
    return parts


def _led_by(visits: Visits, answers: Answers, column: int) -> tuple[Ints, Ints]:
    """Return on which answer, if any, each visit's wanted product was clicked, and its place there from 0."""
    led, at = np.full(len(visits), NOTHING), np.zeros(len(visits), dtype=np.int64)
    answer, place = np.nonzero(answers.is_clicked & answers.is_hit & (answers.placement == column)[:, None])
    led[answers.visit[answer]], at[answers.visit[answer]] = answer, place
    return led, at


def _others(
    history: History, visits: Visits, simulation: Simulation, rng: np.random.Generator
) -> list[_Part]:
    """Lay out other products that are viewed, sometimes carted, and then sometimes taken out again."""
    parts = []
    uniform = rng.random((4, *visits.others.shape))
    for column, product in enumerate(visits.others.T):
        viewed = _OTHERS_FROM + uniform[0, :, column] * (_LAST_VIEW - _OTHERS_FROM)
        carted_at = viewed + uniform[1, :, column] * (_END - 1 - viewed)
        some = product >= 0
        carted = some & (uniform[2, :, column] < simulation.other_cart_share)
        taken_out = carted & (uniform[3, :, column] < simulation.cart_remove_share)
        taken_out &= ~history.holds(visits.order, product)
        for kind, which, place in (("view", some, viewed), ("cart_add", carted, carted_at)):
            at = np.flatnonzero(which)
            parts.append(_Part(kind, at, place[at], product[at]))
        parts.append(_removals(np.flatnonzero(taken_out), carted_at, product, rng))
    return parts


def _removals(visit: Ints, carted_at: Floats | float, product: Ints, rng: np.random.Generator) -> _Part:
    since = np.broadcast_to(carted_at, product.shape)[visit]
    return _Part("cart_remove", visit, since + rng.random(len(visit)) * (_END - since), product[visit])


def _purchases(visits: Visits) -> _Part:
    visit = np.flatnonzero(visits.order >= 0)
    return _Part("purchase", visit, np.full(len(visit), _END))


def _by_time(visits: Visits, parts: list[_Part]) -> Events:
    """Put places on the clock, to the millisecond; an order's instant is kept as it is."""
    visit = np.concatenate([each.visit for each in parts])
    place = np.concatenate([each.place for each in parts])
    kind = np.concatenate([np.full(len(each.visit), EVENT_TYPES.index(each.kind)) for each in parts])
    whole = (visits.end - visits.start)[visit]
    since = (whole * (place / _END)).astype(np.int64)
    instant = visits.start[visit] + np.where(place < _END, since - since % _MILLISECOND, whole)
    order = np.lexsort((kind, place, visit, instant))
    columns = {
        name: np.concatenate([_whole(getattr(each, name), len(each.visit)) for each in parts])[order]
        for name in ("product", "answer", "position")
    }
    return Events(visit=visit[order], type=kind[order], instant=instant[order], **columns)


def _whole(column: Ints | None, count: int) -> Ints:
    return np.full(count, NOTHING) if column is None else column
