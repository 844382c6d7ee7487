"""Recommendations in visits: which products an answer shows, in which arm, and which of them are clicked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.simulated.history import NOTHING
from patronage.logic.simulated.lists import without_repeats
from patronage.logic.simulated.parameters import PLACEMENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from patronage.logic.simulated.experiment import Parts
    from patronage.logic.simulated.history import History
    from patronage.logic.simulated.lists import PopularLists
    from patronage.logic.simulated.parameters import Simulation
    from patronage.logic.simulated.visits import Visits

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

HOME, PRODUCT, BASKET = range(len(PLACEMENTS))
USER, SESSION, POPULAR_RUNG = 0, 1, 2
"""The rungs that simulated products come from."""
_DRAWS = 3
"""So many candidates are drawn for each place of an answer, for some come twice or are not to be shown."""


@dataclass(frozen=True)
class Answers:
    """Answers of recommendations, by visit and placement, in aligned arrays.

    Parameters
    ----------
    visit, placement : array of int64
        The visit, and the position in `PLACEMENTS`.
    is_held_out, is_in_experiment, is_personal : array of bool
        The part of the answer's visitor; one held out sees no product, which an impression without a
        product says.
    products : array of int64, shape (answers, shown)
        What is shown, by position; `NOTHING` in free places behind.
    rungs : array of int64, same shape
        Where each product comes from.
    is_hit, is_clicked : array of bool, same shape
        Whether the product is one that the visit is about, and whether it is clicked.
    """

    visit: Ints
    placement: Ints
    is_held_out: Bools
    is_in_experiment: Bools
    is_personal: Bools
    products: Ints
    rungs: Ints
    is_hit: Bools
    is_clicked: Bools

    def __len__(self) -> int:
        return len(self.visit)


def draw_answers(
    history: History,
    lists: PopularLists,
    visits: Visits,
    simulation: Simulation,
    *,
    is_carted: Bools,
    starts: int,
    parts: Callable[[Ints], list[Parts]],
) -> Answers:
    """Draw the answers of all visits.

    Whether and where a visit has one does not depend on the visitor's part, so that those held out are
    compared with visitors who would have seen one alike.

    Parameters
    ----------
    is_carted : array of bool
        Whether the visit's first product is put into the basket, beside which recommendations can stand.
    starts : int
        The instant, in microseconds, from which on visits are part of the experiment.
    parts : callable
        Returns the part of the visitor of each visit.
    """
    rng = simulation.stream(1)
    visit, placement = _occasions(visits, lists, simulation, is_carted, rng)
    part = parts(visit)
    held_out = np.array([each.is_held_out for each in part], dtype=np.bool_)
    in_experiment = (visits.start[visit] >= starts) & ~held_out
    personal = np.array([each.is_personal for each in part], dtype=np.bool_) & in_experiment
    products, rungs, hit = _shown(history, lists, visits, visit, placement, personal, simulation, rng)
    products[held_out] = NOTHING
    shown = products >= 0
    looked_at = rng.random(products.shape) < np.array(simulation.examined)[: products.shape[1]]
    chance = np.where(hit, simulation.hit_click, simulation.other_click)
    clicked = shown & looked_at & (rng.random(products.shape) < chance)
    kept = held_out | shown[:, 0]
    answers = Answers(
        visit, placement, held_out, in_experiment, personal, products, rungs, hit & shown, clicked
    )
    return Answers(**{name: column[kept] for name, column in vars(answers).items()})


def _occasions(
    visits: Visits, lists: PopularLists, simulation: Simulation, is_carted: Bools, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    chances = dict(simulation.placements)
    chosen = rng.random((len(visits), len(PLACEMENTS))) < [chances[name] for name in PLACEMENTS]
    chosen[:, BASKET] &= is_carted
    chosen &= lists.has_any(visits.start)[:, None]
    visit, placement = np.nonzero(chosen)
    return visit.astype(np.int64), placement.astype(np.int64)


def _shown(
    history: History,
    lists: PopularLists,
    visits: Visits,
    visit: Ints,
    placement: Ints,
    personal: Bools,
    simulation: Simulation,
    rng: np.random.Generator,
) -> tuple[Ints, Ints, Bools]:
    """Return the products, rungs and hits of each answer."""
    start = visits.start[visit]
    own = history.own(visits.named[visit], start, rng)
    seed = np.where(placement == HOME, own, visits.wanted[visit, 0])
    seed = np.where(personal, seed, NOTHING)
    knows = history.is_known(seed, start)
    hit = _hits(history, visits, visit, placement, knows, simulation, rng)
    count = simulation.shown * _DRAWS
    together = np.column_stack([history.together(seed, start, rng) for _ in range(count)])
    candidates = np.column_stack((together, lists.draw(start, count, rng)))
    candidates[_is_spoken_for(history, visits, visit, candidates)] = NOTHING
    candidates[candidates == seed[:, None]] = NOTHING
    own_rung = np.where(visits.named[visit] >= 0, USER, SESSION)
    return _in_order(without_repeats(candidates), hit, knows, own_rung, count, simulation.shown, rng)


def _hits(
    history: History,
    visits: Visits,
    visit: Ints,
    placement: Ints,
    knows: Bools,
    simulation: Simulation,
    rng: np.random.Generator,
) -> Ints:
    """Return the wanted product that each answer holds, `NOTHING` for none.

    Each placement is about another one: as the visit begins the first, beside it the second, and beside the
    basket the third, so that what is shown has not been seen yet. It must have been sold before.
    """
    target = visits.wanted[visit, np.minimum(placement, visits.wanted.shape[1] - 1)]
    chance = np.where(knows, simulation.personal_hit, simulation.popular_hit)
    is_hit = (rng.random(len(visit)) < chance) & history.is_known(target, visits.start[visit])
    return np.where(is_hit, target, NOTHING)


def _is_spoken_for(history: History, visits: Visits, visit: Ints, candidates: Ints) -> Bools:
    """Say which candidates the visit views or orders anyway: they are shown by the stated chance alone."""
    found = history.holds(visits.order[visit][:, None], candidates)
    for page in np.column_stack((visits.wanted, visits.others))[visit].T:
        found |= candidates == page[:, None]
    return found


def _in_order(
    candidates: Ints,
    hit: Ints,
    knows: Bools,
    own_rung: Ints,
    personal_columns: int,
    shown: int,
    rng: np.random.Generator,
) -> tuple[Ints, Ints, Bools]:
    """Fill the places: what goes together before what is popular, and the hit at random among its like."""
    columns = np.arange(candidates.shape[1])
    valid = candidates >= 0
    rank = np.cumsum(valid, axis=1)
    has_hit = hit >= 0
    kept = valid & (rank <= shown - has_hit[:, None])
    is_personal = columns < personal_columns
    like = np.where(knows, (kept & is_personal).sum(axis=1), kept.sum(axis=1))
    before = (rng.random(len(hit)) * (like + 1)).astype(np.int64)  # how many stand before the hit
    keys = np.where(kept, rank - 1.0 + (rank > before[:, None]), np.inf)
    keys = np.column_stack((keys, np.where(has_hit, before, np.inf)))
    products = np.column_stack((candidates, hit))
    rungs = np.where(is_personal, own_rung[:, None], POPULAR_RUNG)
    rungs = np.column_stack((rungs, np.where(knows, own_rung, POPULAR_RUNG)))
    is_hit = np.zeros(products.shape, dtype=np.bool_)
    is_hit[:, -1] = has_hit
    places = np.argsort(keys, axis=1, kind="stable")[:, :shown]
    filled = np.isfinite(np.take_along_axis(keys, places, axis=1))
    taken = np.where(filled, np.take_along_axis(products, places, axis=1), NOTHING)
    return (
        taken,
        np.take_along_axis(rungs, places, axis=1),
        np.take_along_axis(is_hit, places, axis=1) & filled,
    )
