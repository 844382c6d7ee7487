"""Many small symmetric matrices at once, packed into their upper triangles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Matrix, Scores


def outer_products(factors: Scores) -> Scores:
    """Return each row's outer product with itself, packed."""
    first, second = np.triu_indices(factors.shape[1])
    return factors[:, first] * factors[:, second]


def packed(matrices: Scores) -> Scores:
    """Pack a stack of symmetric matrices."""
    first, second = np.triu_indices(matrices.shape[1])
    return matrices[:, first, second]


def unpacked(triangles: Scores, size: int) -> Scores:
    """Return the stack of matrices, of shape (rows, size, size)."""
    first, second = np.triu_indices(size)
    place = np.empty((size, size), dtype=np.intp)
    place[first, second] = place[second, first] = np.arange(len(first))
    return triangles[:, place]


def dots(pairs: Matrix, left: Scores, right: Scores) -> Scores:
    """Return the inner products of the rows of `left` and `right` at the stored places of `pairs`."""
    rows = np.repeat(np.arange(pairs.shape[0]), np.diff(pairs.indptr))
    found: Scores = np.einsum("ij,ij->i", left[rows], right[pairs.indices])
    return found
