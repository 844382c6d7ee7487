"""What a run keeps by day for the overview, by hand."""

from __future__ import annotations

import pytest

from lake_support import add_part
from patronage.logic.tables import ORDERS, PRODUCTS
from patronage.settings import Shop
from patronage.steps.pin import pin
from patronage.steps.segment import sales
from patronage.stores.objects import read_json
from tests_support import NOW

SHOP = Shop(currency="GBP", timezone="Europe/London")
LINES = """
    SELECT order_id, '1' AS line, 'a' AS customer_id, product_id, 1 AS quantity, 1 AS unit_price, net_minor,
        kind, TIMESTAMPTZ '2025-11-03 12:00:00+00' AS ordered_at, 'UK' AS country
    FROM (VALUES
        ('1', 'tea', 1000, 'sale'),
        ('C2', 'tea', -300, 'cancellation'),
        ('3', 'POST', 200, 'fee'),
        ('C4', 'POST', -200, 'cancellation'),
        ('C5', 'AMAZONFEE', -500000, 'cancellation'),
        ('6', 'cup', -50, 'refund')
    ) AS given(order_id, product_id, net_minor, kind)
"""
CATALOGUE = """
    SELECT product_id, product_id AS name, category
    FROM (VALUES ('tea', 'Drinks'), ('POST', 'Services'), ('AMAZONFEE', 'Services'))
        AS given(product_id, category)
"""


@pytest.fixture
def kept(lake):
    add_part(lake.store.root / "lake/orders", ORDERS, "orders", LINES)
    add_part(lake.store.root / "lake/products", PRODUCTS, "products", CATALOGUE)
    pin("run", "segments", lake, SHOP, now=NOW)
    sales.sales("run", lake)
    return read_json(lake.store, "runs/run/metrics/overview.json")


@pytest.mark.parametrize(("name", "value"), [("products", "tea"), ("categories", "Drinks")])
def test_only_what_was_ever_sold_is_a_product_and_no_fee_that_was_given_back(kept, name, value):
    assert [(each["value"], each["net_minor"]) for each in kept[name]] == [(value, [700])]
    assert kept["kept"][name] == {"kept": 1, "of": 1}


def test_a_country_has_all_of_its_money(kept):
    (country,) = kept["countries"]
    assert (country["value"], country["net_minor"]) == ("UK", [1000 - 300 + 200 - 200 - 500_000 - 50])
