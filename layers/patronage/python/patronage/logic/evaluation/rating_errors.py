"""How far predicted ratings are from those given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.evaluation.bootstrap import Estimate, bootstrap_means

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_RESAMPLES = 200


@dataclass(frozen=True)
class RatingErrors:
    """Root mean squared and mean absolute error over ratings, with their 95 % bootstrap intervals.

    Both are in the unit of the ratings, and 0 without a rating.
    """

    rmse: Estimate
    mae: Estimate
    ratings: int


def rating_errors(
    predicted: NDArray[np.floating], given: NDArray[np.floating], *, random_state: int = 0
) -> RatingErrors:
    """Measure predictions against ratings; two aligned arrays of shape (ratings,)."""
    if predicted.shape != given.shape:
        raise BadInput(f"{predicted.shape} predictions and {given.shape} ratings are not aligned")
    if len(given) == 0:
        return RatingErrors(Estimate(0.0, 0.0, 0.0), Estimate(0.0, 0.0, 0.0), 0)
    wrong = np.abs(np.asarray(predicted, np.float64) - np.asarray(given, np.float64))
    squared, absolute = bootstrap_means(
        np.stack([wrong**2, wrong], axis=1), resamples=_RESAMPLES, random_state=random_state
    )
    root = Estimate(*(float(np.sqrt(value)) for value in (squared.value, squared.low, squared.high)))
    return RatingErrors(root, absolute, len(wrong))


def k_folds(n: int, *, folds: int = 5, random_state: int = 0) -> Iterator[NDArray[np.bool_]]:
    """Yield the test rows of each fold as a mask: n rows in a random order, cut into equal runs.

    The same folds as scikit-learn's ``KFold(folds, shuffle=True, random_state=random_state)``.
    """
    if not 2 <= folds <= n:
        raise BadInput(f"folds={folds} must lie between 2 and the {n} ratings")
    order = np.random.RandomState(random_state).permutation(n)
    for rows in np.array_split(order, folds):
        mask = np.zeros(n, dtype=np.bool_)
        mask[rows] = True
        yield mask
