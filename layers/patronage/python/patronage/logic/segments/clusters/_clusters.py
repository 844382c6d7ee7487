"""Customers in clusters: features in, labels, profiles and names out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.segments.clusters._choice import (
    LARGEST_K,
    SAMPLE_ROWS,
    SMALLEST_K,
    Partition,
    partition,
)
from patronage.logic.segments.clusters._kmeans import one_thread, refined
from patronage.logic.segments.clusters._profile import Profile, profiles
from patronage.logic.segments.clusters._sample import representative
from patronage.logic.segments.clusters._scaling import Scaling, principal_directions, projected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from patronage.logic.segments.clusters._choice import Refine
    from patronage.logic.segments.clusters._scaling import Numbers


class Clusters:
    """Part customers by k-means on scaled features.

    Parameters
    ----------
    random_state : int
        Seed, from 0; the same one gives the same answer.
    pca_share : float
        Share of the features' variance that principal components keep at least; 0 leaves the features as
        they are.
    largest_k : int
        The most clusters to try.
    refine : callable
        Carries k-means on over all customers from the centres that a sample gave (`partition`).

    Attributes
    ----------
    partition_ : Partition
        Labels, centres, and how their number was chosen.
    scalings_ : dict of Scaling
        By feature, of those in which the customers differ.
    directions_ : array, shape (components, features), or None
        Of the principal components; None without them.
    profiles_ : list of Profile
        The clusters, described and named.
    """

    partition_: Partition
    scalings_: dict[str, Scaling]
    directions_: Numbers | None
    profiles_: list[Profile]

    def __init__(
        self,
        *,
        random_state: int,
        pca_share: float = 0.0,
        largest_k: int = LARGEST_K,
        refine: Refine = refined,
    ) -> None:
        self.random_state = random_state
        self.pca_share = pca_share
        self.largest_k = largest_k
        self.refine = refine

    def fit(self, features: Mapping[str, ArrayLike]) -> Clusters:
        """Learn from one array a feature, rows aligned, NaN where a value is not known.

        Raises
        ------
        BadInput
            There is no customer or no feature, arrays differ in length, a value is infinite, or a setting is
            out of bounds.
        """
        self._check()
        columns = _columns(features)
        filled = (np.nan_to_num(values, nan=-1.0) for values in columns.values())
        sample = representative(filled, SAMPLE_ROWS, seed=self.random_state)
        found = {name: Scaling.fit(values, sample) for name, values in columns.items()}
        self.scalings_ = {name: scaling for name, scaling in found.items() if scaling is not None}
        scaled = np.empty((len(self.scalings_), len(next(iter(columns.values())))))
        for row, (name, scaling) in zip(scaled, self.scalings_.items(), strict=True):
            row[:] = scaling.apply(columns[name])
        rows = self._rows(scaled)
        self.partition_ = partition(
            rows, random_state=self.random_state, largest_k=self.largest_k, refine=self.refine
        )
        by_name = dict(zip(self.scalings_, scaled, strict=True))
        self.profiles_ = profiles(columns, by_name, self.partition_.labels)
        return self

    def _rows(self, scaled: Numbers) -> Numbers:
        self.directions_ = None
        if self.pca_share > 0 and len(scaled) > 1:
            with one_thread():
                self.directions_ = principal_directions(scaled, self.pca_share)
            scaled = projected(scaled, self.directions_)
        return np.ascontiguousarray(scaled.T)

    def _check(self) -> None:
        if self.random_state < 0:
            raise BadInput(f"random_state={self.random_state} must be 0 or more")
        if not 0 <= self.pca_share <= 1:
            raise BadInput(f"pca_share={self.pca_share} must lie between 0 and 1")
        if self.largest_k < SMALLEST_K:
            raise BadInput(f"largest_k={self.largest_k} must be {SMALLEST_K} or more")


def _columns(features: Mapping[str, ArrayLike]) -> dict[str, Numbers]:
    columns = {name: np.asarray(values, dtype=np.float64) for name, values in features.items()}
    lengths = {values.shape for values in columns.values()}
    if len(lengths) != 1 or len(next(iter(lengths))) != 1:
        raise BadInput(f"features have the shapes {sorted(lengths)}; give each one value a customer")
    if lengths == {(0,)}:
        raise BadInput("there is no customer to cluster; give features of at least one")
    for name, values in columns.items():
        if np.isinf(values).any():
            raise BadInput(f"feature {name} is infinite for a customer; give a number, or NaN for not known")
    return columns
