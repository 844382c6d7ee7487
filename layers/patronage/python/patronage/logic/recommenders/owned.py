"""Which products customers bought last, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Histories, Ids


def bought_last(histories: Histories, most: int) -> tuple[NDArray[np.int64], Ids]:
    """Return the different products of each row, rising; of more than `most` those that were bought last.

    Returns
    -------
    indptr : array of int64, shape (rows + 1,)
        Row r holds the places from ``indptr[r]`` to ``indptr[r + 1]``.
    products : array of int32, shape (n,)
    """
    cells = histories.rows * histories.n_products + histories.products
    # Of equal cells the last one counts, which is the first from behind.
    _, from_behind = np.unique(cells[::-1], return_index=True)
    places = np.sort(len(cells) - 1 - from_behind)
    rows = histories.rows[places]
    ends = np.searchsorted(rows, np.arange(len(histories)), side="right")
    kept = np.sort(cells[places[np.arange(len(places)) >= ends[rows] - most]])
    counts = np.bincount(kept // histories.n_products, minlength=len(histories))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return indptr, (kept % histories.n_products).astype(np.int32)
