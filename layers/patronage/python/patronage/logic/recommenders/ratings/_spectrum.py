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
    scaled = features / np.sqrt((features.data**2).sum() / features.shape[0])
    rows, columns = features.shape
    if min(rows, columns) > _SMALL:
        vectors, singular, _ = randomized_svd(scaled, rank, n_iter=4, random_state=0)
        return _strongest(vectors, singular**2, rank)
    if rows <= columns:
        strengths, vectors = np.linalg.eigh((scaled @ scaled.T).toarray())
        return _strongest(vectors, strengths, rank)
    strengths, others = np.linalg.eigh((scaled.T @ scaled).toarray())
    found = _strongest(others, strengths, rank)
    return Spectrum(scaled @ found.vectors / np.sqrt(found.strengths), found.strengths)


def _strongest(vectors: Scores, strengths: Scores, rank: int) -> Spectrum:
    order = np.argsort(-strengths, kind="stable")[:rank]
    kept = order[strengths[order] > _LEAST_STRENGTH * strengths.max()]
    return Spectrum(vectors[:, kept].astype(np.float32), strengths[kept].astype(np.float32))
