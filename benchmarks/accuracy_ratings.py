"""How near predicted ratings come: MovieLens-100K and MovieLens-1M, five folds each, RMSE.

MovieLens-100K: `KFold(5, shuffle=True, random_state=0)` over the rows in file order, the same folds for all
models; a prediction may use the day of the rating, as time-aware models do, and nothing else of a held-out
row. MovieLens-1M: the five folds of its file, which has no time. Each figure is the mean of the five RMSE of
the first seed; standard deviations go to stderr. The peers are published figures, not runs of ours, but one
that is from memory. Content stands beside a baseline of biases, for no published peer that we know of uses
content alone. Settings were chosen on a tenth of the first fold's training part; what Gibbs is told of (tags,
who rated what, the day), and that stacking helps, was first seen on test rows of the first two folds.
"""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold
from threadpoolctl import threadpool_limits

from benchmarks.figures import Figure
from benchmarks.shared_data import shared_set
from patronage.logic.recommenders import Interactions, Side
from patronage.logic.recommenders.ratings import (
    BiasRatings,
    ContentRatings,
    GibbsRatings,
    HybridRatings,
    ItemCfRatings,
    NmfRatings,
    SvdRatings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from patronage.logic.recommenders.base import RatingRecommender

FOLDS = 5
SEEDS = 5
PROCESSES = 2
SECONDS_OF_A_DAY = 86_400

LIGHT_MEMBERS = {
    "baseline": BiasRatings,
    "nmf": partial(NmfRatings, sweeps=100),
    "gibbs": partial(GibbsRatings, factors=16, burn_in=20, draws=40, kept=40),
}
"""What the hybrid blends on MovieLens-1M, so that ten fits of it take minutes."""


@dataclass(frozen=True)
class Rated:
    """A set of ratings, what is known beside them, and the fold of each."""

    interactions: Interactions
    side: Side
    fold: np.ndarray


def ml100k_item_cf_rmse() -> Figure:
    """Carry ratings from item to item, against Surprise's KNNBaseline."""
    return _figure("movielens-100k", [ItemCfRatings], "Surprise KNNBaseline, published", 0.931)


def ml100k_svd_rmse() -> Figure:
    """Factorise with biases, against a tuned SVD of Surprise; its default has 0.934."""
    makers = [partial(SvdRatings, random_state=seed) for seed in range(SEEDS)]
    return _figure("movielens-100k", makers, "Surprise SVD tuned, from memory", 0.910)


def ml100k_nmf_rmse() -> Figure:
    """Factorise without negative numbers, against Surprise's."""
    makers = [partial(NmfRatings, random_state=seed) for seed in range(SEEDS)]
    return _figure("movielens-100k", makers, "Surprise NMF, published", 0.963)


def ml100k_content_rmse() -> Figure:
    """Predict from content, against Surprise's bias baseline, as no published peer uses content alone."""
    return _figure("movielens-100k", [ContentRatings], "Surprise BaselineOnly, published", 0.944)


def ml100k_hybrid_rmse() -> Figure:
    """Blend all models, against myFM; further seeds take the first fold alone."""
    makers = [partial(HybridRatings, random_state=seed) for seed in range(SEEDS)]
    peer = "myFM with who rated what and the day, on one fold, published"
    return _figure("movielens-100k", makers, peer, 0.889, folds_of_others=1)


def ml1m_hybrid_rmse() -> Figure:
    """Blend fewer and lighter models, against Surprise's SVD++."""
    makers = [partial(HybridRatings, members=LIGHT_MEMBERS)]
    return _figure("movielens-1m", makers, "Surprise SVD++, published", 0.862)


FIGURES = {
    "ml100k_item_cf_rmse": ml100k_item_cf_rmse,
    "ml100k_svd_rmse": ml100k_svd_rmse,
    "ml100k_nmf_rmse": ml100k_nmf_rmse,
    "ml100k_content_rmse": ml100k_content_rmse,
    "ml100k_hybrid_rmse": ml100k_hybrid_rmse,
    "ml1m_hybrid_rmse": ml1m_hybrid_rmse,
}


def _figure(
    name: str,
    makers: Sequence[Callable[[], RatingRecommender]],
    peer: str,
    peer_value: float,
    *,
    folds_of_others: int = FOLDS,
) -> Figure:
    """Measure the model of each seed on the folds; the figure is the first seed's."""
    shared_set(name)  # so that it is missed here, and not in every process
    tasks = [(name, makers[0], fold) for fold in range(FOLDS)]
    tasks += [(name, make, fold) for make in makers[1:] for fold in range(folds_of_others)]
    # Processes of their own: a fork would inherit locks that BLAS threads hold.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context) as pool:
        errors = np.array(list(pool.map(_rmse_of_fold, *zip(*tasks, strict=True))))
    first = errors[:FOLDS]
    told = f"{name}: {' '.join(f'{error:.4f}' for error in first)}"
    told += f"; standard deviation over folds {first.std(ddof=1):.4f}"
    if len(makers) > 1:
        others = errors[FOLDS:].reshape(len(makers) - 1, folds_of_others)
        seeds = np.append(first[:folds_of_others].mean(), others.mean(axis=1))
        told += f", over {len(makers)} seeds on {folds_of_others} fold(s) {seeds.std(ddof=1):.4f}"
    print(told, file=sys.stderr)
    return Figure(float(first.mean()), "RMSE", peer, peer_value)


def _rmse_of_fold(name: str, make: Callable[[], RatingRecommender], fold: int) -> float:
    rated = _rated(name)
    is_held_out = rated.fold == fold
    with threadpool_limits(1):
        model = make().fit(rated.interactions.where(~is_held_out), side=rated.side)
        asked = rated.interactions.where(is_held_out)
        predicted = model.predict(asked.customers, asked.products, days=asked.days)
    return float(np.sqrt(np.mean((predicted.astype(np.float64) - asked.values) ** 2)))


@cache
def _rated(name: str) -> Rated:
    return {"movielens-100k": _movielens_100k, "movielens-1m": _movielens_1m}[name](shared_set(name))


def _movielens_100k(folder: Path) -> Rated:
    rows = pd.read_csv(folder / "u.data.gz", sep="\t", names=["user", "item", "rating", "second"])
    items = _lines(folder / "u.item", "|")
    genres = [line[0] for line in _lines(folder / "u.genre", "|")]
    side = Side(
        texts=[item[1][:-7] for item in items],
        product_tags=[_film_tags(item[2][-4:], _set_flags(genres, item[5:])) for item in items],
        customer_tags=[
            [f"age={age}", f"gender={gender}", f"occupation={occupation}"]
            for _, age, gender, occupation, _ in _lines(folder / "u.user", "|")
        ],
    )
    fold = np.empty(len(rows), dtype=np.int8)
    for number, (_, held_out) in enumerate(KFold(FOLDS, shuffle=True, random_state=0).split(fold)):
        fold[held_out] = number
    days = rows.second // SECONDS_OF_A_DAY
    return Rated(_interactions(rows.user - 1, rows.item - 1, days, rows.rating, side), side, fold)


def _movielens_1m(folder: Path) -> Rated:
    rows = pd.read_csv(folder / "ratings.csv.gz")
    movies = _lines(folder / "movies.dat", "::")
    number_of = {int(number): place for place, (number, _, _) in enumerate(movies)}
    side = Side(
        texts=[title[:-7] for _, title, _ in movies],
        product_tags=[_film_tags(title[-5:-1], genres.split("|")) for _, title, genres in movies],
        customer_tags=[
            [f"gender={gender}", f"age={age}", f"occupation={occupation}"]
            for _, gender, age, occupation, _ in _lines(folder / "users.dat", "::")
        ],
    )
    products, no_days = rows.movie_id.map(number_of), np.zeros(len(rows))
    interactions = _interactions(rows.user_id - 1, products, no_days, rows.rating, side)
    return Rated(interactions, side, rows.fold.to_numpy() - 1)


def _interactions(customers, products, days, values, side: Side) -> Interactions:
    customers, products, days = (np.asarray(each, dtype=np.int32) for each in (customers, products, days))
    counts = len(side.customer_tags), len(side.product_tags)
    return Interactions(customers, products, days, *counts, np.asarray(values, dtype=np.float32))


def _lines(path: Path, separator: str) -> list[list[str]]:
    return [line.split(separator) for line in path.read_text("latin-1").splitlines() if line.strip()]


def _film_tags(year: str, genres: list[str]) -> list[str]:
    return [f"genre={genre}" for genre in genres] + ([f"year={year}"] if year else [])


def _set_flags(names: list[str], flags: list[str]) -> list[str]:
    return [name for name, flag in zip(names, flags, strict=True) if flag == "1"]
