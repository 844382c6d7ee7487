"""Ratings that tests share: made by a known rule, some of them withheld."""

from __future__ import annotations

import numpy as np

from patronage.logic.recommenders import Interactions, Side


def rated(customers, products, values, days=None, *, n_customers=None, n_products=None) -> Interactions:
    """Lay out who rated what, how high and on which days."""
    customers, products = np.asarray(customers, np.int32), np.asarray(products, np.int32)
    return Interactions(
        customers,
        products,
        np.zeros(len(customers), np.int32) if days is None else np.asarray(days, np.int32),
        n_customers or int(customers.max()) + 1,
        n_products or int(products.max()) + 1,
        np.asarray(values, np.float32),
    )


def cliques(seed: int = 1, *, n: int = 60, share: float = 0.6) -> tuple[Interactions, Interactions, Side]:
    """Give ratings to learn from, those withheld, and tags.

    Even customers love even products and hate odd ones, odd customers the other way round; on the days of a
    bad mood, every third, all that a customer rates is lower. The last customer and product have no rating.
    """
    rng = np.random.default_rng(seed)
    customers, products = (each.ravel() for each in np.mgrid[:n, :n])
    days = rng.integers(0, 6, len(customers))
    likes = (customers + products) % 2 == 0
    values = np.where(likes, 4.5, 2.0) - 0.5 * (days % 3 == 0) + rng.normal(0, 0.2, len(customers))
    whole = rated(customers, products, values, days, n_customers=n + 1, n_products=n + 1)
    is_seen = rng.random(len(customers)) < share
    side = Side(
        texts=[("tea cup", "garden spade")[p % 2] for p in range(n + 1)],
        product_tags=[[f"parity={p % 2}", f"size={p % 10}"] for p in range(n + 1)],
        customer_tags=[[f"club={c % 2}"] for c in range(n + 1)],
    )
    return whole.where(is_seen), whole.where(~is_seen), side


def rmse(predicted, values) -> float:
    return float(np.sqrt(np.mean((np.asarray(predicted, float) - np.asarray(values, float)) ** 2)))
