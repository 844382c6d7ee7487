"""Fill the empty places of lists from one order of products that holds for all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Histories, Ids


def fill(ids: Ids, histories: Histories, popular: Ids, exclude_history: bool) -> None:
    """Fill the empty places of each row, in place, with popular products that do not stand in it."""
    short = np.flatnonzero(ids[:, -1] < 0)
    if len(short) == 0:
        return
    taken = [(np.nonzero(ids[short] >= 0)[0], ids[short][ids[short] >= 0])]
    if exclude_history:
        place_of = np.full(len(histories), -1)
        place_of[short] = np.arange(len(short))
        place = place_of[histories.rows]
        taken.append((place[place >= 0], histories.products[place >= 0]))
    rows, products = (np.concatenate(each) for each in zip(*taken, strict=True))
    # Of so many at most those that are taken fall out.
    width = min(len(popular), ids.shape[1] + int(np.bincount(rows, minlength=1).max()))
    rank = np.full(histories.n_products, width)
    rank[popular[:width]] = np.arange(width)
    is_free = np.ones((len(short), width + 1), dtype=np.bool_)
    is_free[rows, rank[products]] = False
    is_free[:, width] = False
    known = (ids[short] >= 0).sum(axis=1)
    place = np.cumsum(is_free, axis=1) + known[:, None] - 1
    row, column = np.nonzero(is_free & (place < ids.shape[1]))
    ids[short[row], place[row, column]] = popular[column]
