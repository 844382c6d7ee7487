"""Bayesian matrix factorisation of ratings with side information, by Gibbs sampling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.ratings._entities import Entities
from patronage.logic.recommenders.ratings._model import RatingModel
from patronage.logic.recommenders.ratings._packed import dots
from patronage.logic.recommenders.ratings._spectrum import customer_spectra, product_spectra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Ids, Interactions, Scores, Side
    from patronage.logic.recommenders.ratings._model import Floats, Ratings

_MOST_RATINGS = 20_000_000
_MOST_NUMBERS = 200_000_000


class GibbsRatings(RatingModel):
    """Predict a rating by the mean over draws of a Bayesian matrix factorisation.

    Biases and factors as in Salakhutdinov and Mnih (Bayesian Probabilistic Matrix Factorization using Markov
    Chain Monte Carlo, ICML 2008). The prior means of a customer and a product depend on side information, as
    in Simm et al. (Macau: Scalable Bayesian Factorization with High-Dimensional Side Information, 2015):
    their tags and, as in SVD++ (Koren, KDD 2008), which products the customer rated and who rated the
    product, however they did. How high a customer rates on one day beside other days is an effect of its own.
    A customer or product without ratings is placed by its tags.

    Parameters
    ----------
    factors : int
        How many.
    burn_in, draws : int
        Sweeps before the first draw that counts; sweeps after it.
    kept : int
        How many of the draws, evenly spaced, the predictions are the mean of; the model's size grows with it.
    rank : int
        How many directions of each piece of side information are taken.
    random_state : int
        Seed of the draws.
    """

    def __init__(
        self,
        *,
        factors: int = 32,
        burn_in: int = 40,
        draws: int = 160,
        kept: int = 40,
        rank: int = 100,
        random_state: int = 0,
    ) -> None:
        self.factors = factors
        self.burn_in = burn_in
        self.draws = draws
        self.kept = kept
        self.rank = rank
        self.random_state = random_state

    def why_not(self, interactions: Interactions) -> str:
        """Say why the model cannot be trained on these interactions; empty where it can."""
        count = len(interactions.products)
        if count > _MOST_RATINGS:
            return f"{count} ratings are more than {_MOST_RATINGS}: each draw reads them all"
        rows = interactions.n_customers + interactions.n_products
        if rows * self.factors * self.kept > _MOST_NUMBERS:
            return f"{rows} customers and products: {self.kept} draws of their factors are too large to keep"
        return ""

    def _check(self) -> None:
        for name in ("factors", "draws", "kept", "rank"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name}={getattr(self, name)} must be at least 1")
        if self.burn_in < 0:
            raise BadInput(f"burn_in={self.burn_in} must not be negative")
        if self.kept > self.draws:
            raise BadInput(f"kept={self.kept} must not be above draws={self.draws}")

    def _learn(self, ratings: Ratings, side: Side) -> None:
        self.spread_ = max(float(ratings.values.std()), 1e-6)
        self.mean_ = float(ratings.values.mean())
        sampler = _Sampler(self, ratings, side, (ratings.values - self.mean_) / self.spread_)
        for _ in range(self.burn_in):
            sampler.sweep()
        wanted = set(np.linspace(0, self.draws - 1, self.kept).astype(int).tolist())
        kept = []
        for draw in range(self.draws):
            sampler.sweep()
            kept += [sampler.state()] if draw in wanted else []
        customers, products, biases, of_product, effects = zip(*kept, strict=True)
        self.customers_: Scores = _with_usual(np.concatenate(customers, axis=1)) / np.float32(self.kept)
        self.products_: Scores = np.concatenate(products, axis=1)
        self.product_biases_ = np.mean(of_product, axis=0)
        self.customer_days_ = sampler.customer_days
        usual, self.day_effects_ = _centred(np.mean(effects, axis=0), sampler)
        self.customer_biases_ = _with_usual(np.mean(biases, axis=0) + usual)

    def _grid(self, customers: Ids) -> Scores:
        grid = self.customers_[customers] @ self.products_.T
        grid += self.customer_biases_[customers][:, None]
        grid += self.product_biases_
        return grid * np.float32(self.spread_) + np.float32(self.mean_)

    def _drift(self, customers: Ids, days: Ids) -> Scores:
        """Look up the effects of the customers' days; a day without a rating has none."""
        wanted = _day_keys(customers, days)
        place = np.minimum(np.searchsorted(self.customer_days_, wanted), len(self.customer_days_) - 1)
        effects = np.where(self.customer_days_[place] == wanted, self.day_effects_[place], 0) * self.spread_
        return effects.astype(np.float32)


class _Sampler:
    """The state of the chain."""

    def __init__(self, model: GibbsRatings, ratings: Ratings, side: Side, values: Floats) -> None:
        self.rng = np.random.default_rng(model.random_state)
        self.ratings = ratings
        self.values = values
        self.is_rated = ratings.matrix()
        self.customers = Entities(
            self.is_rated, customer_spectra(ratings, side, model.rank), model.factors, self.rng
        )
        self.products = Entities(
            self.is_rated.T.tocsr(), product_spectra(ratings, side, model.rank), model.factors, self.rng
        )
        keys = _day_keys(ratings.customers, ratings.days)
        self.customer_days, self.day_of = np.unique(keys, return_inverse=True)
        self.day_counts = np.bincount(self.day_of)
        self.effects = np.zeros(len(self.customer_days))
        self.effect_precision = 20.0
        self.mean = 0.0
        self.explained = dots(self.is_rated, self.customers.factors, self.products.factors)

    def sweep(self) -> None:
        """Draw everything once."""
        left = self._left()
        self.precision = float(self.rng.gamma(1 + len(left) / 2) / (1 + left @ left / 2))
        left += self.mean
        self.mean = left.mean() + self.rng.normal() / np.sqrt(self.precision * len(left))
        left -= self.mean
        for entities, index in self._sides():
            left += entities.biases[index]
            entities.draw_biases(
                np.bincount(index, left, len(entities.biases)).astype(np.float64), self.precision
            )
            left -= entities.biases[index]
        self._draw_effects(left)
        left = self._left() + self.explained
        residuals = self.ratings.matrix(left)
        self.customers.draw_factors(residuals, self.products.factors, self.precision)
        self.products.draw_factors(residuals.T.tocsr(), self.customers.factors, self.precision)
        self.explained = dots(self.is_rated, self.customers.factors, self.products.factors)

    def state(self) -> tuple[Scores, Scores, Floats, Floats, Floats]:
        """Return the factors and the biases of both sides, the mean among the customers', and the effects."""
        customers, products = self.customers, self.products
        biases = customers.biases + self.mean
        return customers.factors.copy(), products.factors.copy(), biases, products.biases, self.effects

    def _left(self) -> Floats:
        """Return what the state leaves of the ratings."""
        known = self.explained + self.effects[self.day_of]
        for entities, index in self._sides():
            known += entities.biases[index]
        return self.values - self.mean - known

    def _sides(self) -> tuple[tuple[Entities, Ids], tuple[Entities, Ids]]:
        return (self.customers, self.ratings.customers), (self.products, self.ratings.products)

    def _draw_effects(self, left: Floats) -> None:
        sums = np.bincount(self.day_of, left + self.effects[self.day_of])
        weight = self.precision * self.day_counts + self.effect_precision
        self.effects = self.precision * sums / weight + self.rng.normal(size=len(sums)) / np.sqrt(weight)
        energy = self.effects @ self.effects
        self.effect_precision = float(self.rng.gamma(1 + len(sums) / 2) / (0.1 + energy / 2))


def _day_keys(customers: Ids, days: Ids) -> NDArray[np.int64]:
    return customers.astype(np.int64) << np.int64(32) | days.astype(np.int64)


def _centred(effects: Floats, sampler: _Sampler) -> tuple[Floats, Floats]:
    """Split the effects of days into each customer's mean over ratings and what is left of each day."""
    owners = sampler.customer_days >> np.int64(32)
    count = sampler.ratings.n_customers
    ratings = np.maximum(np.bincount(owners, sampler.day_counts, count), 1)
    usual = np.bincount(owners, sampler.day_counts * effects, count) / ratings
    return usual, effects - usual[owners]


def _with_usual(rows: Floats) -> Floats:
    """Put the mean of the rows behind them."""
    return np.concatenate([rows, rows.mean(axis=0, keepdims=True)])
