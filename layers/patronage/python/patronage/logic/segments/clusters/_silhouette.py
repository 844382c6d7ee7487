"""How well rows lie in their clusters, for several clusterings of the same rows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.segments.clusters._kmeans import Labels
    from patronage.logic.segments.clusters._scaling import Numbers

_BLOCK = 512


def silhouettes(rows: Numbers, clusterings: Sequence[Labels]) -> list[float]:
    """Return the mean silhouette of each clustering, -1 to 1 (Rousseeuw, J. Comput. Appl. Math. 20, 1987).

    The distances between rows are the dear part; they are computed once, and summed by cluster for all
    clusterings in one product of matrices. A row that is alone in its cluster counts 0.

    Parameters
    ----------
    rows : array, shape (n, features)
        The rows; time and distances grow with n * n, memory with n.
    clusterings : sequence of array, each of shape (n,)
        Numbers of the clusters, from 0, at least two of them.
    """
    members = [_members(labels) for labels in clusterings]
    together = np.hstack(members)
    totals = np.zeros(len(members))
    squares = (rows**2).sum(axis=1)
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        sums = _distances(rows, squares, block) @ together
        begin = 0
        for number, (belongs, labels) in enumerate(zip(members, clusterings, strict=True)):
            width = belongs.shape[1]
            own = sums[:, begin : begin + width]
            totals[number] += _widths(own, labels[block], belongs.sum(axis=0)).sum()
            begin += width
    return [float(total) / len(rows) for total in totals]


def _members(labels: Labels) -> Numbers:
    belongs = np.zeros((len(labels), int(labels.max()) + 1))
    belongs[np.arange(len(labels)), labels] = 1
    return belongs


def _distances(rows: Numbers, squares: Numbers, block: slice) -> Numbers:
    distances = rows[block] @ rows.T
    distances *= -2
    distances += squares[block, None]
    distances += squares
    np.maximum(distances, 0, out=distances)
    here = np.arange(len(distances))
    distances[here, block.start + here] = 0
    return np.sqrt(distances, out=distances)


def _widths(sums: Numbers, labels: Labels, sizes: Numbers) -> Numbers:
    """Return (b - a) / max(a, b) of rows whose distances to the members of each cluster have these sums."""
    here = np.arange(len(sums))
    own_size = sizes[labels]
    within = sums[here, labels] / np.maximum(own_size - 1, 1)
    means = np.divide(sums, sizes, out=np.full_like(sums, np.inf), where=sizes > 0)
    means[here, labels] = np.inf
    between = means.min(axis=1)
    larger = np.maximum(within, between)
    widths = np.divide(between - within, larger, out=np.zeros(len(sums)), where=larger > 0)
    return np.where(own_size > 1, widths, 0.0)
