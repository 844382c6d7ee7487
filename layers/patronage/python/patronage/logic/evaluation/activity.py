"""New, light and heavy customers, by the days on which they bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Histories

ACTIVITIES = ("new", "light", "heavy")
"""One day with a purchase or none; up to `HEAVY_DAYS - 1`; more."""
HEAVY_DAYS = 5


def activity_of(histories: Histories) -> NDArray[np.int64]:
    """Return the place in `ACTIVITIES` of each row, of shape (rows,)."""
    if len(histories.days) == 0:
        return np.zeros(len(histories), dtype=np.int64)
    cells = np.unique(np.stack([histories.rows, histories.days]), axis=1)
    days = np.bincount(cells[0], minlength=len(histories))
    return np.digitize(days, [2, HEAVY_DAYS])
