"""Next-item and next-basket accuracy on public sequences: Amazon Beauty and Toys, and Ta-Feng.

Amazon, leave-last-out: a customer's last product is the test, the one before it the validation. Models learn
from all before those two; at the test they see all before the last. All products are ranked, those of the
history left out. The settings are one for both sets, chosen by the validation product alone, in the same
manner one product earlier: learnt from all but the last three, seeing all but the last two.

Ta-Feng: a customer's last basket is the test; settings were chosen by the basket before it.
"""

from __future__ import annotations

import csv
import gzip
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from benchmarks.figures import Figure
from benchmarks.shared_data import shared_set
from patronage.logic.recommenders.candidates import ONCE_BOUGHT
from patronage.logic.recommenders.interactions import Interactions, Side
from patronage.logic.recommenders.repeat import RepeatPurchase
from patronage.logic.recommenders.sequence import SequenceNeighbours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Basket = Sequence[int]

TAFENG: dict[str, Any] = {"half_life_days": 0.5}
"""Settings of `RepeatPurchase`; a day is a visit there."""

TIGER = "TIGER, published"
"""The best row of its paper's table 1; SASRec there has an HR@10 of 0.0605 on Beauty and 0.0675 on Toys."""

_LAST_DAY = 1_000


def beauty_hr10() -> Figure:
    """Find the next product among ten, Amazon Beauty."""
    return Figure(_amazon("Beauty")[0], "HR@10", TIGER, 0.0648)


def beauty_ndcg10() -> Figure:
    """Rank the next product, Amazon Beauty."""
    return Figure(_amazon("Beauty")[1], "NDCG@10", TIGER, 0.0384)


def toys_hr10() -> Figure:
    """Find the next product among ten, Amazon Toys and Games."""
    return Figure(_amazon("Toys_and_Games")[0], "HR@10", TIGER, 0.0712)


def toys_ndcg10() -> Figure:
    """Rank the next product, Amazon Toys and Games."""
    return Figure(_amazon("Toys_and_Games")[1], "NDCG@10", TIGER, 0.0432)


def tafeng_recall20() -> Figure:
    """Find the next basket's products among 20, Ta-Feng, against the better peer."""
    baskets = _baskets()
    before, last = [each[:-1] for each in baskets], [set(each[-1]) for each in baskets]
    measured = recall(next_basket(before, TAFENG), last)
    peers = {
        "personal popularity": recall(personal_popularity(before), last),
        "TIFU-KNN with its published settings": recall(tifu_knn(before), last),
    }
    name = max(peers, key=lambda peer: peers[peer])
    others = ", ".join(f"{peer} {value:.4f}" for peer, value in peers.items() if peer != name)
    return Figure(measured, "recall@20", f"{name} ({others})", peers[name])


FIGURES = {
    "beauty_hr10": beauty_hr10,
    "beauty_ndcg10": beauty_ndcg10,
    "toys_hr10": toys_hr10,
    "toys_ndcg10": toys_ndcg10,
    "tafeng_recall20": tafeng_recall20,
}


@cache
def _amazon(name: str) -> tuple[float, float]:
    sequences, side = amazon(name)
    return next_product(sequences, side, ONCE_BOUGHT, held_out=1)


def amazon(name: str) -> tuple[list[NDArray[np.int32]], Side]:
    """Read the customers' sequences of products, and what is known of the products."""
    folder = shared_set("amazon-5core-sequences")
    with gzip.open(folder / f"{name}.txt.gz", "rt") as lines:
        sequences = [np.array(line.split()[1:], dtype=np.int32) - 1 for line in lines]
    with gzip.open(folder / f"{name}_item2attributes.json.gz", "rt") as file:
        attributes = json.load(file)
    n_products = 1 + max(int(each.max()) for each in sequences)
    tags = [[f"attribute={each}" for each in attributes.get(str(p + 1), [])] for p in range(n_products)]
    return sequences, Side(product_tags=tags)


def next_product(
    sequences: Sequence[NDArray[np.int32]], side: Side, settings: dict[str, Any], *, held_out: int
) -> tuple[float, float]:
    """Return HR@10 and NDCG@10 of the product that stands `held_out` from the end: 1 tests, 2 validates."""
    ids = ten_products(sequences, side, settings, held_out=held_out)
    hits = ids == np.array([each[-held_out] for each in sequences])[:, None]
    gain = 1 / np.log2(np.arange(2, 12))
    return float(hits.any(axis=1).mean()), float((hits @ gain).mean())


def ten_products(
    sequences: Sequence[NDArray[np.int32]], side: Side, settings: dict[str, Any], *, held_out: int
) -> NDArray[np.int32]:
    """Recommend after all but the last `held_out` products, learning from one fewer of each customer's."""
    n_products = len(side.product_tags)
    train = _interactions([each[: -held_out - 1, None].tolist() for each in sequences], n_products)
    model = SequenceNeighbours(**settings).fit(train, side=side)
    known = _interactions([each[:-held_out, None].tolist() for each in sequences], n_products)
    return model.recommend(known.histories(), k=10)[0]


def next_basket(before: Sequence[Sequence[Basket]], settings: dict[str, Any]) -> NDArray[np.int32]:
    """Recommend 20 products for each customer's next basket."""
    known = _interactions(before, _n_products())
    model = RepeatPurchase(**settings).fit(known)
    ids, _ = model.recommend(known.histories(), k=20, exclude_history=False)
    return ids


def personal_popularity(before: Sequence[Sequence[Basket]]) -> NDArray[np.int32]:
    """Recommend what the customer bought most often, then what all did."""
    times = _basket_sums(before, [[1.0] * len(each) for each in before])
    popular = np.asarray(times.sum(axis=0)).ravel()
    return _best(times.toarray() + (popular / (1 + popular.max())).astype(np.float32))


def tifu_knn(
    before: Sequence[Sequence[Basket]],
    *,
    nearest: int = 300,
    groups: int = 7,
    within: float = 0.9,
    between: float = 0.7,
    own: float = 0.7,
) -> NDArray[np.int32]:
    """Recommend by TIFU-KNN (Hu et al., SIGIR 2020) with its settings for Ta-Feng."""
    weights = [_tifu_weights(len(each), groups, within, between) for each in before]
    vectors = _basket_sums(before, weights)
    squares = np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel()
    found = []
    for start in range(0, len(before), 1_000):
        block = vectors[start : start + 1_000]
        distance = squares[None, :] - 2 * (block @ vectors.T).toarray()
        distance[np.arange(block.shape[0]), start + np.arange(block.shape[0])] = np.inf
        near = np.argpartition(distance, nearest, axis=1)[:, :nearest]
        cells = (np.full(near.size, 1 / nearest, dtype=np.float32), near.ravel())
        mean = sparse.csr_array((*cells, np.arange(0, near.size + 1, nearest)), shape=distance.shape)
        found.append(_best((own * block + (1 - own) * (mean @ vectors)).toarray()))
    return np.concatenate(found)


def recall(ids: NDArray[np.int32], truth: Sequence[set[int]], *, k: int = 20) -> float:
    """Return the share of the next basket that is among the first k, averaged over customers."""
    return float(
        np.mean([len(t & set(row[:k].tolist())) / len(t) for row, t in zip(ids, truth, strict=True)])
    )


@cache
def _baskets() -> list[list[list[int]]]:
    """Read each customer's baskets, with the last one from the file of the test baskets."""
    folder = shared_set("tafeng-baskets")
    with gzip.open(folder / "tafeng_merged.json.gz", "rt") as file:
        merged = json.load(file)
    tests: dict[str, list[int]] = {}
    with gzip.open(folder / "tafeng_future.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            tests.setdefault(row["user_id"], []).append(int(row["product_id"]))
    return [[*baskets[:-1], tests[customer]] for customer, baskets in merged.items() if customer in tests]


def _n_products() -> int:
    return 1 + max(product for baskets in _baskets() for basket in baskets for product in basket)


def _interactions(visits: Sequence[Sequence[Basket]], n_products: int) -> Interactions:
    """Lay visits out as interactions; everybody's last visit is on the same day, a visit is a day."""
    lengths = [[len(basket) for basket in baskets] for baskets in visits]
    customers = np.repeat(np.arange(len(visits)), [sum(each) for each in lengths])
    days = [np.repeat(np.arange(_LAST_DAY - len(each), _LAST_DAY), each) for each in lengths]
    products = [product for baskets in visits for basket in baskets for product in basket]
    return Interactions(
        customers.astype(np.int32),
        np.array(products, dtype=np.int32),
        np.concatenate(days).astype(np.int32),
        len(visits),
        n_products,
    )


def _basket_sums(before: Sequence[Sequence[Basket]], weights: Sequence[Sequence[float]]) -> sparse.csr_array:
    """Sum each customer's baskets by weights; customers by products."""
    sizes = [[len(basket) for basket in baskets] for baskets in before]
    values = np.concatenate([np.repeat(w, s) for w, s in zip(weights, sizes, strict=True)])
    rows = np.repeat(np.arange(len(before)), [sum(each) for each in sizes])
    products = [product for baskets in before for basket in baskets for product in basket]
    cells = (values.astype(np.float32), (rows, products))
    return sparse.coo_array(cells, shape=(len(before), _n_products())).tocsr()


def _tifu_weights(n_baskets: int, groups: int, within: float, between: float) -> list[float]:
    """Weigh baskets within groups, and groups, by their age; the newer groups are the fuller ones."""
    n_groups = min(groups, n_baskets)
    sizes = [n_baskets // n_groups + (g >= n_groups - n_baskets % n_groups) for g in range(n_groups)]
    return [
        between ** (n_groups - 1 - g) / n_groups * within ** (size - 1 - place) / size
        for g, size in enumerate(sizes)
        for place in range(size)
    ]


def _best(scores: NDArray[np.float32], k: int = 20) -> NDArray[np.int32]:
    best = np.argpartition(-scores, k, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1).astype(np.int32)
