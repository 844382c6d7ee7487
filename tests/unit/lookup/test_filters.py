from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookup_support import letters, shelf_of, stocked
from patronage.logic.serve.catalogue import Product
from patronage.logic.serve.filters import Filters, greatest_minor, is_below, least_minor
from patronage.logic.serve.shelf import Listed

MUG = Listed("mug", "Mug", 500, 3, "Kitchen > Mugs", in_stock=True)


@pytest.mark.parametrize(
    ("filters", "product", "admits"),
    [
        (Filters(), MUG, True),
        (Filters(), MUG._replace(in_stock=None), True),
        (Filters(), MUG._replace(in_stock=False), False),
        (Filters(in_stock=False), MUG._replace(in_stock=False), True),
        (Filters(category="Kitchen"), MUG, True),
        (Filters(category="Kitchen > Mugs"), MUG, True),
        (Filters(category="Kit"), MUG, False),
        (Filters(category="Kitchen > Mugs > Red"), MUG, False),
        (Filters(category="Kitchen"), MUG._replace(category=""), False),
        (Filters(min_price=500, max_price=500), MUG, True),
        (Filters(min_price=501), MUG, False),
        (Filters(max_price=499), MUG, False),
        (Filters(min_price=0), MUG._replace(price_minor=None), False),
        (Filters(max_price=0), MUG._replace(price_minor=0), True),
        (Filters(exclude=frozenset({"mug"})), MUG, False),
    ],
)
def test_what_a_request_leaves_out(filters, product, admits):
    assert filters.admits(product) == admits


def test_a_category_holds_what_lies_below_it_alone():
    assert is_below("A > B > C", "A > B")
    assert not is_below("A > Bell", "A > B")
    assert not is_below("A", "A > B")


@given(st.decimals("-1000", "1000", places=4), st.integers(-100_000, 100_000), st.sampled_from([0, 2, 3]))
def test_bounds_in_minor_units_admit_what_the_amounts_admit(amount, minor, digits):
    price = Decimal(minor).scaleb(-digits)
    assert (minor >= least_minor(amount, digits)) == (price >= amount)
    assert (minor <= greatest_minor(amount, digits)) == (price <= amount)


def test_the_shops_own_table_lies_over_the_run():
    shelf = shelf_of(
        [*letters("abc", category="Old"), Product("d", "D", 400, 9)],
        stocked=[
            stocked("a", 0, name="Apple", price_minor=7, category="New > Fruit"),
            stocked("b", 3, is_active=False),
            stocked("n", None, name="Novelty"),
            stocked("o"),
        ],
    )
    assert shelf.products["a"] == Listed("a", "Apple", 7, 3, "New > Fruit", in_stock=False)
    assert shelf.products["b"] == Listed("b", "B", 100, 2, "Old", in_stock=True, is_active=False)
    assert shelf.products["c"] == Listed("c", "C", 200, 1, "Old", in_stock=None)
    assert shelf.products["n"] == Listed("n", "Novelty", None, 0)
    assert shelf.products["o"].name == "o"
    assert shelf.order == ["a", "b", "c", "d"]  # the run's own, which its items speak of
    assert list(shelf.by_buyers) == ["d", "a", "b", "c", "n", "o"]
