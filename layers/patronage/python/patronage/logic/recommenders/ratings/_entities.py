"""One side of the factorisation, customers or products, as a Gibbs sampler draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.recommenders.ratings._packed import outer_products, unpacked

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Matrix, Scores
    from patronage.logic.recommenders.ratings._model import Floats
    from patronage.logic.recommenders.ratings._spectrum import Spectrum

_START = 0.1
_START_SCALE = 0.3
_WEAK = 0.01
_PULL_OF_MEAN = 2.0
_ROWS_AT_ONCE = 4_096


class Entities:
    """The biases and factors of all customers or all products.

    Each is normal around a prior mean: a common one plus, for each spectrum of side information, a part that
    is smooth over it, ``N(0, scale * kernel)`` for the kernel whose spectrum it is. The scale is drawn too,
    and with it how far that information is believed.

    Parameters
    ----------
    is_rated : sparse array, shape (entities, others)
        Ones where there is a rating.
    spectra : list of Spectrum
        Side information.
    factors : int
        How many.
    """

    def __init__(
        self, is_rated: Matrix, spectra: list[Spectrum], factors: int, rng: np.random.Generator
    ) -> None:
        count = is_rated.shape[0]
        self.is_rated = is_rated
        self.counts = np.diff(is_rated.indptr)
        self.spectra = spectra
        self.rng = rng
        self.factors: Scores = rng.normal(0, _START, (count, factors)).astype(np.float32)
        self.factor_parts = [np.zeros((count, factors), dtype=np.float32) for _ in spectra]
        self.factor_scales = [_START_SCALE] * len(spectra)
        self.biases: Floats = np.zeros(count)
        self.bias_parts: list[Floats] = [np.zeros(count) for _ in spectra]
        self.bias_scales = [_START_SCALE] * len(spectra)
        self.bias_precision = 1.0

    def draw_biases(self, residual_sums: Floats, precision: float) -> None:
        """Draw the biases, given the sums of what all else leaves of their ratings."""
        prior = sum(self.bias_parts, np.zeros(len(self.biases)))
        weight = precision * self.counts + self.bias_precision
        mean = (precision * residual_sums + self.bias_precision * prior) / weight
        self.biases = mean + self.rng.normal(size=len(mean)) / np.sqrt(weight)
        off = self.biases - prior
        self.bias_precision = float(self.rng.gamma(1 + len(off) / 2) / (0.1 + off @ off / 2))
        for place, each in enumerate(self.spectra):
            off = off + self.bias_parts[place]
            width = self.bias_scales[place] * self.bias_precision * each.strengths
            kept = width / (width + 1)
            noise = self.rng.normal(size=len(kept)) * np.sqrt(kept / self.bias_precision)
            drawn = kept * (each.vectors.T @ off.astype(np.float32)) + noise
            self.bias_parts[place] = each.vectors @ drawn.astype(np.float32)
            energy = float(np.sum(drawn**2 / each.strengths))
            self.bias_scales[place] = self._scale(energy, len(kept))
            off = off - self.bias_parts[place]

    def draw_factors(self, residuals: Matrix, other: Scores, precision: float) -> None:
        """Draw the factors, given what all else leaves of the ratings and the other side's factors."""
        mean, prior_precision = self._draw_prior()
        size = other.shape[1]
        moments = outer_products(other)
        prior = sum(self.factor_parts, np.zeros_like(self.factors)) + mean.astype(np.float32)
        pull = residuals @ other * np.float32(precision) + prior @ prior_precision.astype(np.float32)
        for start in range(0, len(self.factors), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            inner = unpacked(self.is_rated[rows] @ moments, size) * np.float32(precision)
            inner += prior_precision.astype(np.float32)
            # inner⁻¹ (pull + L z) has the mean inner⁻¹ pull and, L L' being inner, the covariance inner⁻¹.
            noise = self.rng.standard_normal((len(inner), size, 1), dtype=np.float32)
            drawn = np.linalg.solve(inner, pull[rows, :, None] + np.linalg.cholesky(inner) @ noise)
            self.factors[rows] = drawn[:, :, 0]

    def _draw_prior(self) -> tuple[Floats, Floats]:
        """Draw the factors' common mean and precision, then the parts that side information explains."""
        off = self.factors - sum(self.factor_parts, np.zeros_like(self.factors))
        precision = self._wishart(off)
        spread = np.linalg.cholesky(np.linalg.inv(precision))
        count = len(off) + _PULL_OF_MEAN
        size = off.shape[1]
        mean = off.sum(axis=0) / count + spread @ self.rng.normal(size=size) / np.sqrt(count)
        left = off - mean.astype(np.float32)
        for place, each in enumerate(self.spectra):
            left = left + self.factor_parts[place]
            width = self.factor_scales[place] * each.strengths[:, None]
            kept = width / (width + 1)
            noise = self.rng.standard_normal((len(kept), size), dtype=np.float32)
            drawn = kept * (each.vectors.T @ left) + np.sqrt(kept) * (noise @ spread.T.astype(np.float32))
            self.factor_parts[place] = each.vectors @ drawn
            energy = float(np.sum((drawn @ precision * drawn).sum(axis=1) / each.strengths))
            self.factor_scales[place] = self._scale(energy, drawn.size)
            left = left - self.factor_parts[place]
        return mean, precision

    def _wishart(self, off: Scores) -> Floats:
        """Draw the precision of the factors around their prior mean (Salakhutdinov and Mnih, equation 14)."""
        count, size = off.shape
        middle = off.mean(axis=0)
        scatter = (off - middle).T @ (off - middle)
        pulled = _PULL_OF_MEAN * count / (_PULL_OF_MEAN + count) * np.outer(middle, middle)
        root = np.linalg.cholesky(np.linalg.inv(np.eye(size) + scatter.astype(np.float64) + pulled))
        freedom = size + 1 + count - np.arange(size)
        bartlett = np.tril(self.rng.normal(size=(size, size)), -1) + np.diag(
            np.sqrt(self.rng.chisquare(freedom))
        )
        product = root @ bartlett
        return product @ product.T

    def _scale(self, energy: float, count: int) -> float:
        return (_WEAK + energy / 2) / self.rng.gamma(1 + count / 2)
