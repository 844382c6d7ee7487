"""Values of a sparse matrix at single cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from patronage.logic.recommenders.interactions import Scores


def values_of(
    matrix: sparse.csr_array[Any, tuple[int, int]], rows: NDArray[np.integer], columns: NDArray[np.integer]
) -> Scores:
    """Return the values at aligned rows and columns, of shape (cells,)."""
    if len(rows) == 0:  # SciPy's answer would be sparse
        return np.zeros(0, dtype=np.float32)
    return np.asarray(matrix[rows, columns], dtype=np.float32).ravel()
