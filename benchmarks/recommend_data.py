"""What the figures of recommendation are measured on: a shop made up by rules that were fixed beforehand.

Products form groups and are bought with Zipf's frequencies. A customer has a few groups that they like, and
buys one product after the other: a usual successor of the one before, a product of one of their groups, or
any product. The first purchases train; the next ones, up to `HELD_OUT`, are to be found.
"""

from __future__ import annotations

import gzip
import tempfile
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from benchmarks.shared_data import shared_set
from patronage.logic.recommenders import Interactions

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOVIELENS = "movielens-1m"
SEED = 20260110
HELD_OUT = 5

_PRODUCTS_A_GROUP = 100
_TASTES = 3
_SUCCESSORS = 5
_FOLLOWS, _LIKES = 0.3, 0.5
"""Chances that a purchase follows the one before, or comes from a liked group; the rest is any product."""
_ZIPF = 1.0
_DAYS = 730
_SAME_DAY = 0.6


@dataclass(frozen=True)
class Shop:
    """Interactions to learn from, and what each customer newly bought afterwards."""

    train: Interactions
    relevant: sparse.csr_array


@cache
def stored(name: str) -> Path:
    """Draw or read a shop once, and leave it in a file for the processes that measure."""
    path = Path(_folder().name) / f"{name}.npz"
    shop = SHOPS[name]()
    train, cells = shop.train, shop.relevant.tocoo()
    np.savez(
        path,
        customers=train.customers,
        products=train.products,
        days=train.days,
        shape=shop.relevant.shape,
        relevant=np.stack(cells.coords).astype(np.int32),
    )
    return path


def load(path: Path) -> Shop:
    """Read what `stored` left."""
    arrays = np.load(path)
    n_customers, n_products = arrays["shape"].tolist()
    names = ("customers", "products", "days")
    train = Interactions(*(arrays[name] for name in names), n_customers, n_products)
    return Shop(train, _matrix(*arrays["relevant"], train).astype(bool))


def movielens_1m() -> Shop:
    """Read the real ratings as purchases of one day each; a fifth, drawn by the publisher, is held out."""
    with gzip.open(shared_set(MOVIELENS) / "ratings.csv.gz", "rt") as file:
        rows = np.loadtxt(file, dtype=np.int32, delimiter=",", skiprows=1)
    users, films = (np.unique(column, return_inverse=True)[1].astype(np.int32) for column in rows.T[:2])
    is_train = rows[:, 3] > 1
    size = int(users.max()) + 1, int(films.max()) + 1
    train = Interactions(users[is_train], films[is_train], np.zeros(is_train.sum(), np.int32), *size)
    return Shop(train, _matrix(users[~is_train], films[~is_train], train).astype(bool))


def made_up(n_customers: int, n_products: int, n: int, seed: int = SEED) -> Shop:
    """Draw a shop with so many interactions to learn from."""
    rng = np.random.default_rng(seed)
    lengths = _lengths(rng, n_customers, n)
    order = np.argsort(-lengths, kind="stable")  # so that those who still buy are the first of them
    steps = lengths[order] + HELD_OUT
    starts = np.concatenate([[0], np.cumsum(steps)])
    products = np.empty(starts[-1], np.int32)
    draw = _Draw(rng, n_customers, n_products)
    before = draw.any_product(n_customers)
    for step in range(int(steps[0])):
        active = int(np.searchsorted(-steps, -step, side="left"))
        before = draw.next_products(before[:active])
        products[starts[:active] + step] = before
    customers = np.repeat(order, steps).astype(np.int32)
    held_out = np.arange(starts[-1]) - np.repeat(starts[:-1], steps) >= np.repeat(lengths[order], steps)
    days = _days(rng, steps, starts)
    train = Interactions(customers[~held_out], products[~held_out], days[~held_out], n_customers, n_products)
    relevant = _matrix(customers[held_out], products[held_out], train)
    bought = train.history()
    return Shop(train, sparse.csr_array(relevant - relevant.multiply(bought)).astype(bool))


class _Draw:
    """The shop's products, their groups and successors, and the customers' tastes."""

    def __init__(self, rng: np.random.Generator, n_customers: int, n_products: int) -> None:
        self.rng = rng
        popular = 1 / np.arange(1, n_products + 1) ** _ZIPF
        self.by_popularity = rng.permutation(n_products).astype(np.int32)
        self.cumulative = np.cumsum(popular / popular.sum())
        n_groups = n_products // _PRODUCTS_A_GROUP
        # Each group holds best sellers and slow ones alike; within it Zipf's law holds again.
        self.groups = self.by_popularity.reshape(_PRODUCTS_A_GROUP, n_groups).T
        inner = 1 / np.arange(1, _PRODUCTS_A_GROUP + 1) ** _ZIPF
        self.inner = np.cumsum(inner / inner.sum())
        group_of = np.empty(n_products, np.int32)
        group_of[self.groups] = np.arange(n_groups)[:, None]
        self.successors = self._of_group(np.repeat(group_of, _SUCCESSORS)).reshape(n_products, _SUCCESSORS)
        self.tastes = rng.integers(0, n_groups, (n_customers, _TASTES), dtype=np.int32)

    def any_product(self, size: int) -> NDArray[np.int32]:
        return self.by_popularity[np.searchsorted(self.cumulative[:-1], self.rng.random(size))]

    def next_products(self, before: NDArray[np.int32]) -> NDArray[np.int32]:
        """Draw the next product of the first customers."""
        size = len(before)
        how = self.rng.random(size)
        following = self.successors[before, self.rng.integers(0, _SUCCESSORS, size)]
        taste = self.tastes[np.arange(size), self.rng.integers(0, _TASTES, size)]
        liked = self._of_group(taste)
        other = self.any_product(size)
        return np.where(how < _FOLLOWS, following, np.where(how < _FOLLOWS + _LIKES, liked, other))

    def _of_group(self, group: NDArray[np.int32]) -> NDArray[np.int32]:
        return self.groups[group, np.searchsorted(self.inner[:-1], self.rng.random(len(group)))]


def _lengths(rng: np.random.Generator, n_customers: int, n: int) -> NDArray[np.int64]:
    """Draw how much each customer buys, few of them much, so that the sum is n."""
    raw = rng.lognormal(0.0, 0.9, n_customers)
    lengths = np.maximum((raw * (n / raw.sum())).astype(np.int64), 2)
    while excess := int(lengths.sum()) - n:
        places = rng.permutation(np.flatnonzero(lengths > 2) if excess > 0 else n_customers)[: abs(excess)]
        lengths[places] -= np.sign(excess)
    return lengths


def _days(rng: np.random.Generator, steps: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int32]:
    """Draw days that rise within each customer."""
    gaps = np.where(rng.random(starts[-1]) < _SAME_DAY, 0, rng.geometric(0.05, starts[-1]))
    so_far = np.cumsum(gaps)
    within = so_far - np.repeat(so_far[starts[:-1]], steps)
    first = np.repeat(rng.integers(0, _DAYS, len(steps)), steps)
    return (20_000 + first + within).astype(np.int32)


def _matrix(
    customers: NDArray[np.int32], products: NDArray[np.int32], like: Interactions
) -> sparse.csr_array:
    shape = (like.n_customers, like.n_products)
    matrix = sparse.coo_array(
        (np.ones(len(products), np.float32), (customers, products)), shape=shape
    ).tocsr()
    matrix.data[:] = 1
    return matrix


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="patronage-bench-")


SHOPS = {
    "m": partial(made_up, 100_000, 10_000, 2_000_000),
    "l": partial(made_up, 1_000_000, 100_000, 10_000_000),
    MOVIELENS: movielens_1m,
}
"""How each shop is made, by name."""
