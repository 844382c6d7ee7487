from __future__ import annotations

import numpy as np
import pytest

from patronage.logic.recommenders import Interactions
from patronage.logic.recommenders.highlights import MOST_HIGHLIGHTS, new_arrivals, trending_products

TODAY = 1_000


def bought(*sales: tuple[int, int, int], n_products: int) -> Interactions:
    """Guests buy: (product, day, times)."""
    products, days, times = zip(*sales, strict=True)
    size = sum(times)
    return Interactions(
        customers=np.full(size, -1, np.int32),
        products=np.repeat(np.array(products, np.int32), times),
        days=np.repeat(np.array(days, np.int32), times),
        n_customers=0,
        n_products=n_products,
    )


def every(product: int, days: range, times: int) -> list[tuple[int, int, int]]:
    return [(product, day, times) for day in days]


def test_what_sells_more_than_it_used_to_is_named_with_how_many_times():
    always, rising, fading, two_sales = range(4)
    shop = bought(
        *every(always, range(TODAY - 400, TODAY + 1), 10),
        *every(rising, range(TODAY - 10, TODAY + 1), 10),
        *every(fading, range(TODAY - 400, TODAY - 10), 10),
        (two_sales, TODAY, 2),
        n_products=5,
    )
    ids, times = trending_products(shop, np.ones(5, np.bool_))
    # By hand: purchases weigh 0.5 ** (age / 14) lately and 0.5 ** (age / 180) usually, with the same sum.
    ages = {product: TODAY - shop.days[shop.products == product] for product in range(5)}
    lately = {product: (0.5 ** (age / 14)).sum() for product, age in ages.items()}
    usual = {product: (0.5 ** (age / 180)).sum() for product, age in ages.items()}
    scale = sum(lately.values()) / sum(usual.values())
    expected = {product: (lately[product] + 10) / (usual[product] * scale + 10) for product in ages}
    assert ids.tolist() == [rising, two_sales]
    assert times.tolist() == pytest.approx([expected[product] for product in ids], rel=1e-5)
    assert times[0] > 2 > 1.3 > times[1]  # two sales of what never sold are hardly a trend
    assert ids.dtype == np.int32


def test_what_is_not_sold_any_more_is_no_trend():
    shop = bought((0, TODAY - 300, 50), (1, TODAY, 50), (2, TODAY, 40), n_products=3)
    assert trending_products(shop, np.array([True, False, True]))[0].tolist() == [2]


def test_of_many_trends_the_strongest_are_kept():
    sales = [(product, TODAY, 20 + product) for product in range(300)]
    shop = bought((300, TODAY - 400, 50_000), *sales, n_products=301)
    ids, times = trending_products(shop, np.ones(301, np.bool_))
    assert ids.tolist() == list(range(299, 299 - MOST_HIGHLIGHTS, -1))
    assert (np.diff(times) <= 0).all()
    assert trending_products(shop, np.ones(301, np.bool_), most=2)[0].tolist() == [299, 298]


def test_new_products_stand_by_their_sales_then_the_newest_first():
    since = np.array(
        [TODAY - 60, TODAY - 59, TODAY, TODAY + 1, -1, TODAY - 5, TODAY - 3, TODAY - 3], np.int32
    )
    scores = np.array([9, 1, 0, 9, 9, 4, 0, 0], np.float32)
    is_sold = np.ones(8, np.bool_)
    ids, best = new_arrivals(since, scores, is_sold, today=TODAY)
    assert ids.tolist() == [5, 1, 2, 6, 7]
    assert best.tolist() == [4, 1, 0, 0, 0]
    is_sold[5] = False
    assert new_arrivals(since, scores, is_sold, today=TODAY, most=2)[0].tolist() == [1, 2]
