"""k-means itself, which is scikit-learn's, held to one answer on any machine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from sklearn.cluster import KMeans

    from patronage.logic.segments.clusters._scaling import Numbers

    Labels = NDArray[np.int32]

_BLOCK = 4096
"""Rows at once: a block of features and its distances stay in the cache."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Let scikit-learn and BLAS use one thread, so that sums have one order and a seed one answer."""
    import sklearn.cluster  # noqa: F401 - only libraries that are loaded by now are limited
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def started(rows: Numbers, k: int, *, seed: int) -> KMeans:
    """Fit from centres that k-means++ draws (Arthur and Vassilvitskii, SODA 2007)."""
    from sklearn.cluster import KMeans

    return KMeans(n_clusters=k, n_init=1, random_state=seed).fit(rows)


def refined(rows: Numbers, centres: Numbers) -> Numbers:
    """Return the centres that Lloyd's steps reach from given ones."""
    from sklearn.cluster import KMeans

    fitted = KMeans(n_clusters=len(centres), init=centres, n_init=1).fit(rows)
    found: Numbers = fitted.cluster_centers_
    return found


def nearest(rows: Numbers, centres: Numbers) -> tuple[Labels, float]:
    """Find the nearest centre of each row, the first one where several are as near.

    Distances are summed feature by feature, so that equal rows get equal distances wherever they stand; a
    product of matrices does not promise that.

    Returns
    -------
    tuple
        Number of the centre of each row, and the inertia: the sum of squared distances to them.
    """
    labels = np.empty(len(rows), dtype=np.int32)
    inertia = 0.0
    for start in range(0, len(rows), _BLOCK):
        columns = np.ascontiguousarray(rows[start : start + _BLOCK].T)
        distances = np.stack([((columns - centre[:, None]) ** 2).sum(axis=0) for centre in centres])
        labels[start : start + _BLOCK] = distances.argmin(axis=0)
        inertia += float(distances.min(axis=0).sum())
    return labels, inertia
