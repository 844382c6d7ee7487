"""The strongest cells of each row of a sparse matrix, and values laid out in the same cells as another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.logic.recommenders.cells import values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Mask, Matrix


def strongest_cells(matrix: Matrix, k: int) -> Mask:
    """Say which stored cells are the k greatest positive ones of their row; of equals the lower columns."""
    kept = matrix.data > 0
    for row in np.flatnonzero(np.diff(matrix.indptr) > k):
        cells = slice(matrix.indptr[row], matrix.indptr[row + 1])
        values = matrix.data[cells]
        least = np.partition(values, len(values) - k)[len(values) - k]
        is_above = values > least
        equals = np.flatnonzero(values == least)
        by_column = np.argsort(matrix.indices[cells][equals])
        is_above[equals[by_column[: k - int(is_above.sum())]]] = True
        kept[cells] &= is_above
    return kept


def kept_cells(matrix: Matrix, kept: Mask, *values: NDArray[np.generic]) -> list[Matrix]:
    """Lay aligned values out in those cells of a matrix that are kept, columns rising in each row."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))[kept]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=matrix.shape[0]))])
    columns = matrix.indices[kept]
    order = np.lexsort((columns, row))
    return [
        sparse.csr_array((each[kept][order].astype(np.float32), columns[order], indptr), shape=matrix.shape)
        for each in values
    ]


def stacked(blocks: Iterable[Sequence[Matrix]]) -> Iterator[Matrix]:
    """Put the rows of blocks below each other, for each of the matrices that a block has."""
    return (sparse.vstack(each, format="csr") for each in zip(*blocks, strict=True))


def in_cells_of(matrix: Matrix, values: Matrix) -> Matrix:
    """Lay values out in the cells of a matrix: 0 where they have none, nothing where it has none."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    found = values_of(values, row, matrix.indices)
    laid: Matrix = sparse.csr_array((found, matrix.indices, matrix.indptr), shape=matrix.shape)
    return laid
