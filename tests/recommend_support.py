"""Shops that tests of recommenders share."""

from __future__ import annotations

import numpy as np

from patronage.logic.recommenders import Interactions


def interactions(customers, products, days=None, *, n_customers=None, n_products=None) -> Interactions:
    """Lay out who bought what, on which days."""
    customers, products = np.asarray(customers, np.int32), np.asarray(products, np.int32)
    return Interactions(
        customers,
        products,
        np.zeros(len(customers), np.int32) if days is None else np.asarray(days, np.int32),
        n_customers or int(customers.max()) + 1,
        n_products or int(products.max()) + 1,
    )


def checkerboard(n: int = 20) -> Interactions:
    """Even customers bought even products, odd ones odd; each lacks the product of its own number."""
    cells = [(c, p) for c in range(n) for p in range(n) if c % 2 == p % 2 and c != p]
    return interactions(*zip(*cells, strict=True))


def random_shop(seed: int = 3, n: int = 2000) -> Interactions:
    """Give 150 customers and guests, 80 products; the last ones are rare or never bought."""
    rng = np.random.default_rng(seed)
    customers, products = rng.integers(-1, 150, n), rng.zipf(1.6, n) % 80
    return interactions(customers, products, rng.integers(0, 90, n), n_customers=150, n_products=80)
