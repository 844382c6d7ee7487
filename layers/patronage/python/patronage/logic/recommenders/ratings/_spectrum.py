"""Side information as directions in which customers or products vary, strongest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.utils.extmath import randomized_svd

from patronage.logic.recommenders.ratings._features import tag_features, unit_rows

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Matrix, Scores, Side
    from patronage.logic.recommenders.ratings._model import Ratings

_SMALL = 2_000
_LEAST_STRENGTH = 1e-4


@dataclass(frozen=True)
class Spectrum:
    """The eigenvectors and eigenvalues of features times their transpose, with the mean diagonal 1.

    A regression of anything on the features needs these alone: it shrinks each direction by itself.
    """

    vectors: Scores
    strengths: Scores


def customer_spectra(ratings: Ratings, side: Side, rank: int) -> list[Spectrum]:
    """Return the spectra of who rated the same products, and of each kind of the customers' tags."""
    tags = tag_features(side.customer_tags, ratings.n_customers)
    parts = [unit_rows(ratings.matrix()), *tags.values()]
    return [spectrum(part, rank) for part in parts if part.nnz]


def product_spectra(ratings: Ratings, side: Side, rank: int) -> list[Spectrum]:
    """Return the spectra of what the same customers rated, and of each kind of the products' tags."""
    tags = tag_features(side.product_tags, ratings.n_products)
    parts = [unit_rows(ratings.matrix().T.tocsr()), *tags.values()]
    return [spectrum(part, rank) for part in parts if part.nnz]


def spectrum(features: Matrix, rank: int) -> Spectrum:
    """Return the strongest directions, `rank` at most."""
    scale = np.sqrt((features.data**2).sum() / features.shape[0])
    if min(features.shape) <= _SMALL:
        vectors, strengths = _exact(features / scale)
    else:
        vectors, singular, _ = randomized_svd(features / scale, rank, n_iter=4, random_state=0)
        strengths = singular**2
    kept = np.flatnonzero(strengths > _LEAST_STRENGTH * strengths.max())
    kept = kept[np.argsort(-strengths[kept], kind="stable")][:rank]
    return Spectrum(vectors[:, kept].astype(np.float32), strengths[kept].astype(np.float32))


def _exact(features: Matrix) -> tuple[Scores, Scores]:
    rows, columns = features.shape
    if rows <= columns:
        strengths, vectors = np.linalg.eigh((features @ features.T).toarray())
        return vectors, strengths
    strengths, other = np.linalg.eigh((features.T @ features).toarray())
    safe = np.sqrt(np.maximum(strengths, 1e-12))
    return features @ other / safe, strengths
