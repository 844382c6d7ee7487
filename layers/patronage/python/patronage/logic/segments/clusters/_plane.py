"""The plane in which customers differ most, to draw their clusters on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.segments.clusters._kmeans import one_thread
from patronage.logic.segments.clusters._sample import representative
from patronage.logic.segments.clusters._scaling import projected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from patronage.logic.segments.clusters._clusters import Clusters
    from patronage.logic.segments.clusters._kmeans import Labels
    from patronage.logic.segments.clusters._scaling import Numbers

_AXES = 2


@dataclass(frozen=True, kw_only=True)
class Plane:
    """Customers on the first two principal components of the scaled features.

    Parameters
    ----------
    shares : list of float
        Of the features' variance, by component.
    directions : array, shape (2, features)
        The components; of each, the feature that weighs most has a positive weight.
    places : array, shape (sampled, 2)
        Where the sampled customers lie, in the order of a hash of their features, which says nothing of whom
        they are.
    labels : array of int, shape (sampled,)
        Their clusters.
    centres : array, shape (k, 2)
        Where the clusters of all customers lie.
    """

    shares: list[float]
    directions: Numbers
    places: Numbers
    labels: Labels
    centres: Numbers


def plane(fitted: Clusters, features: Mapping[str, ArrayLike], *, most: int) -> Plane | None:
    """Lay customers on the plane in which they differ most; None where they differ in no feature.

    Where they differ in one feature alone, the second component is 0.

    Parameters
    ----------
    fitted : Clusters
        The clusters.
    features : mapping
        What they were fitted to.
    most : int
        So many customers are laid on the plane: a sample that stands for all.
    """
    if not fitted.scalings_:
        return None
    columns = np.array(
        [
            scaling.apply(np.asarray(features[name], dtype=np.float64))
            for name, scaling in fitted.scalings_.items()
        ]
    )
    shares, directions = _axes(columns)
    labels = fitted.partition_.labels
    chosen = representative(columns, most, seed=fitted.random_state)
    means = np.array(
        [columns[:, labels == cluster].mean(axis=1) for cluster in range(len(fitted.partition_.centres))]
    ).T
    return Plane(
        shares=shares,
        directions=directions,
        places=projected(columns[:, chosen], directions).T,
        labels=labels[chosen],
        centres=projected(means, directions).T,
    )


def _axes(columns: Numbers) -> tuple[list[float], Numbers]:
    with one_thread():
        variances, vectors = np.linalg.eigh(columns @ columns.T / columns.shape[1])
    shares, directions = np.zeros(_AXES), np.zeros((_AXES, len(columns)))
    found = vectors.T[::-1][:_AXES]
    heaviest = np.abs(found).argmax(axis=1)
    signs = np.sign(found[np.arange(len(found)), heaviest])
    directions[: len(found)] = found * signs[:, None]
    shares[: len(found)] = variances[::-1][:_AXES] / variances.sum()
    return [float(share) for share in shares], directions
