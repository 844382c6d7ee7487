"""Draws from short lists: the popular products of a week, shares of a whole, rows without repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.simulated.history import DAY, NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from patronage.logic.simulated.history import History
    from patronage.logic.simulated.parameters import Simulation

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_RANK_OFFSET = 5
"""A product of rank r, from 0, weighs 1 / (r + this): the first is drawn nine times as often as the 41st."""


class PopularLists:
    """The popular products of each week from an instant on, known from the orders before the week alone.

    Parameters
    ----------
    history : History
    begins, ends : int
        Microseconds between which popular products will be asked for.
    simulation : Simulation
        How long lists are and how far they look back.
    """

    def __init__(self, history: History, begins: int, ends: int, simulation: Simulation) -> None:
        self._begins = begins
        count = min(simulation.popular_products, history.products)
        self._lists = history.popular_by_week(begins, ends, days=simulation.popular_days, count=count)
        weights = 1 / (np.arange(count) + _RANK_OFFSET) * (self._lists >= 0)
        self._heaped = np.cumsum(weights, axis=1)

    def draw(self, instants: Ints, count: int, rng: np.random.Generator) -> Ints:
        """Draw products for each instant, of shape (instants, count); a product may come twice.

        Where nothing was sold before the week, `NOTHING` is drawn.
        """
        week = self.week_of(instants)
        heaped = self._heaped[week]
        target = rng.random((len(instants), count)) * heaped[:, -1:]
        place = np.stack([(heaped <= column[:, None]).sum(axis=1) for column in target.T], axis=1)
        drawn: Ints = self._lists[week[:, None], np.minimum(place, heaped.shape[1] - 1)]
        return drawn

    def has_any(self, instants: Ints) -> NDArray[np.bool_]:
        """Say whether anything was popular at each instant."""
        found: NDArray[np.bool_] = self._lists[self.week_of(instants), 0] >= 0
        return found

    def week_of(self, instants: Ints) -> Ints:
        """Return the week, from 0, of each instant."""
        return np.clip((instants - self._begins) // (7 * DAY), 0, len(self._lists) - 1)


def without_repeats(rows: Ints) -> Ints:
    """Put `NOTHING` for what stands before in its row."""
    found = rows.copy()
    for column in range(1, rows.shape[1]):
        found[(rows[:, :column] == rows[:, column : column + 1]).any(axis=1), column] = NOTHING
    return found


def moved_forward(rows: Ints) -> Ints:
    """Put what stands in a row before its free places, in the same order."""
    return np.take_along_axis(rows, np.argsort(rows < 0, axis=1, kind="stable"), axis=1)


def shares(weights: Sequence[float], uniform: Floats) -> Ints:
    """Return for each number from 0 to 1 the place of the share of a whole that it falls into."""
    ends = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(ends, uniform, side="right"), len(weights) - 1).astype(np.int64)
