"""Which product: by taste, popularity and what is on sale that day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.synthetic.catalogue import Catalogue

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


class Chooser:
    """Draw products with the probability ``groups[c, g] * styles[c, s] * weight / cell's weight``.

    The cell's weight is the sum over the products of group g and style s that are launched by the day.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._styles = catalogue.styles
        cell = catalogue.group * catalogue.styles + catalogue.style
        self._order: Ints = np.lexsort((catalogue.launch_day, cell))
        self._width = int(catalogue.launch_day.max()) + 1
        self._launches: Ints = cell[self._order] * self._width + catalogue.launch_day[self._order]
        self._first: Ints = np.searchsorted(cell[self._order], np.arange(catalogue.groups * catalogue.styles))
        self._heaped: Floats = np.concatenate(([0.0], np.cumsum(catalogue.weight[self._order])))

    def choose(self, groups: Floats, styles: Floats, who: Ints, day: Ints, rng: np.random.Generator) -> Ints:
        """Choose one product for each of n choices.

        Parameters
        ----------
        groups, styles : array of float64, shape (customers, groups) and (customers, styles)
            Each customer's weights, each row summing to 1.
        who, day : array of int64, shape (n,)
            Row of the customer and day of the history.
        rng : Generator
        """
        group = _pick(groups, who, rng.random(len(who)))
        style = _pick(styles, who, rng.random(len(who)))
        cell = group * self._styles + style
        first = self._first[cell]
        launched = np.minimum(day, self._width - 1)
        last = np.searchsorted(self._launches, cell * self._width + launched, side="right")
        low, high = self._heaped[first], self._heaped[last]
        target = low + rng.random(len(who)) * (high - low)
        place = np.searchsorted(self._heaped, target, side="right") - 1
        chosen: Ints = self._order[np.clip(place, first, last - 1)]
        return chosen


def _pick(weights: Floats, who: Ints, uniform: Floats) -> Ints:
    """Pick a column of each row by its weight."""
    heaped = np.cumsum(weights, axis=1)[:, :-1]
    picked = np.zeros(len(who), dtype=np.int64)
    for column in heaped.T:
        picked += uniform >= column[who]
    return picked
