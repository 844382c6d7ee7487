"""How well purchases are ranked: MovieLens-100K split at random, and the bundled real orders split by time.

Every setting below was chosen, and the weights of the blends are learnt in the run itself, on a validation
part of the training data; the test rows are looked at once, to print the figure.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.nearest_neighbours import CosineRecommender
from scipy import sparse

from benchmarks.bundled_orders import all_purchases
from benchmarks.figures import Figure
from benchmarks.shared_data import shared_set
from patronage.logic.evaluation import relevant_items, score_users
from patronage.logic.evaluation.holdout import Holdout, time_ordered_holdout
from patronage.logic.recommenders import Interactions, ItemNeighbours, Popularity, Side
from patronage.logic.recommenders.als import ImplicitAls
from patronage.logic.recommenders.blend import learn_weights
from patronage.logic.recommenders.content import ContentNeighbours
from patronage.logic.recommenders.ease import Ease
from patronage.logic.recommenders.hybrid import Hybrid
from patronage.logic.recommenders.nmf import Nmf
from patronage.logic.recommenders.svd import Svd
from patronage.logic.recommenders.trending import Trending
from patronage.logic.recommenders.users import UserNeighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from patronage.logic.recommenders import Recommender

PUBLISHED = 0.475
"""BiVAE on MovieLens-100K with this split, by the table of Microsoft's recommenders; SAR there has 0.382."""

_CANDIDATES = 100
_TRAIN_SHARE = 0.75


def ml100k_best_ndcg10() -> Figure:
    """Rank a quarter of each user's ratings, all of them relevant, against BiVAE's published figure.

    The split is row for row that of recommenders' ``python_stratified_split`` with the seed 42. The
    validation part is split off the training part in the same way.
    """
    ratings = _movielens()
    holdout = _split_of_users(ratings, seed=42)
    ids = _blended(_film_models, holdout, _split_of_users(holdout.train, seed=7), Side())
    return Figure(_ndcg(holdout, ids), "NDCG@10", "BiVAE, published", PUBLISHED)


def online_retail_ndcg10() -> Figure:
    """Rank customers' new products after a cut-off, against the best of three tuned peers."""
    every, side = all_purchases()
    holdout = time_ordered_holdout(every)
    window = time_ordered_holdout(holdout.train)
    ids = _blended(_shop_models, holdout, window, side)
    peers = {name: _ndcg(holdout, _best_peer(made, holdout, window)) for name, made in _peers().items()}
    for name, value in peers.items():
        print(f"online_retail_ndcg10: {name} {value:.4f}", file=sys.stderr)
    best = max(peers, key=lambda name: peers[name])
    return Figure(_ndcg(holdout, ids), "NDCG@10", f"{best}, tuned", peers[best])


FIGURES = {"ml100k_best_ndcg10": ml100k_best_ndcg10, "online_retail_ndcg10": online_retail_ndcg10}


def _film_models() -> dict[str, Recommender]:
    return {
        "als": ImplicitAls(factors=64, alpha=10, regularization=50),
        "ease": Ease(regularization=400, dropout=0.6),
        "svd": Svd(factors=100, scaling=0.9, regularization=1_000),
        "users": UserNeighbours(neighbours=200, shrinkage=0),
        "items": ItemNeighbours(neighbours=1_000, weighting="tfidf"),
        "nmf": Nmf(factors=24, regularization=5),
        "popularity": Popularity(half_life_days=60),
    }


def _shop_models() -> dict[str, Recommender]:
    return {
        "ease": Trending(Ease(regularization=300, dropout=0.5)),
        "als": Trending(ImplicitAls(factors=128, alpha=10, regularization=50)),
        "svd": Trending(Svd(factors=128, scaling=0.75, regularization=100)),
        "users": Trending(UserNeighbours(neighbours=100, shrinkage=0)),
        "items": Trending(ItemNeighbours(weighting="tfidf")),
        "content": Trending(ContentNeighbours()),
        "popularity": Popularity(half_life_days=7),
    }


def _blended(
    models: Callable[[], dict[str, Recommender]], holdout: Holdout, window: Holdout, side: Side
) -> NDArray[np.int32]:
    """Learn the weights of a blend on the window, and recommend with the blend trained on all of `train`."""
    lists = {
        name: model.fit(window.train, side=side).recommend(window.histories, k=_CANDIDATES)
        for name, model in models().items()
    }
    weights = learn_weights(lists, window.relevant)
    print({name: round(weight, 3) for name, weight in weights.items()}, file=sys.stderr)
    for name, (ids, _) in lists.items():
        print(f"on the validation part: {name} {_ndcg(window, ids):.4f}", file=sys.stderr)
    hybrid = Hybrid(models(), weights=weights, candidates=_CANDIDATES).fit(holdout.train, side=side)
    return hybrid.recommend(holdout.histories)[0]


def _peers() -> dict[str, list[Callable[[Holdout], NDArray[np.int32]]]]:
    """Return each peer with the settings among which its validation part chooses."""
    return {
        "implicit CosineRecommender": [
            _implicit(CosineRecommender, K=neighbours) for neighbours in (20, 50, 100, 200)
        ],
        "implicit AlternatingLeastSquares": [
            _implicit(
                AlternatingLeastSquares,
                factors=factors,
                alpha=alpha,
                regularization=regularization,
                random_state=0,
            )
            for factors in (64, 128)
            for alpha, regularization in ((1, 0.01), (2, 5), (5, 20), (10, 50))
        ],
        "popularity": [_popular(half_life) for half_life in (7, 30, 365)],
    }


def _implicit(kind: type, **settings: object) -> Callable[[Holdout], NDArray[np.int32]]:
    def recommended(holdout: Holdout) -> NDArray[np.int32]:
        model = kind(**settings)
        model.fit(sparse.csr_matrix(holdout.train.history()), show_progress=False)
        histories = sparse.csr_matrix(holdout.histories.matrix())
        return model.recommend(holdout.customers, histories, N=10)[0]

    return recommended


def _popular(half_life_days: float) -> Callable[[Holdout], NDArray[np.int32]]:
    model = Popularity(half_life_days=half_life_days)
    return lambda holdout: model.fit(holdout.train).recommend(holdout.histories)[0]


def _best_peer(
    settings: Iterable[Callable[[Holdout], NDArray[np.int32]]], holdout: Holdout, window: Holdout
) -> NDArray[np.int32]:
    return max(settings, key=lambda recommended: _ndcg(window, recommended(window)))(holdout)


def _ndcg(holdout: Holdout, ids: NDArray[np.int32]) -> float:
    return float(score_users(ids, holdout.relevant, k=10).metric("ndcg").mean())


def _movielens() -> Interactions:
    """Read who rated which film, as if each rating were a purchase, in the order of the file."""
    users, films, _, seconds = np.loadtxt(shared_set("movielens-100k") / "u.data.gz", dtype=np.int64).T
    arrays = (each.astype(np.int32) for each in (users - 1, films - 1, seconds // 86_400))
    return Interactions(*arrays, int(users.max()), int(films.max()))


def _split_of_users(every: Interactions, *, seed: int) -> Holdout:
    """Hold out a quarter of each user's interactions, drawn at random."""
    lottery = np.random.RandomState(seed).random_sample(len(every.customers))
    order = np.lexsort((lottery, every.customers))
    counts = np.bincount(every.customers, minlength=every.n_customers)
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    is_train = np.zeros(len(order), dtype=np.bool_)
    is_train[order] = (place + 1) / np.repeat(counts, counts) <= _TRAIN_SHARE
    train, test = every.where(is_train), every.where(~is_train)
    shape = {"n_users": every.n_customers, "n_items": every.n_products}
    relevant = relevant_items(test.customers, test.products, **shape)
    return Holdout(train, np.arange(every.n_customers), train.histories(), relevant, None)
