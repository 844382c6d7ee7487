"""What holds of every answer, for any catalogue, lists, rules and filters."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lookup_support import MemoryReader, candidates, session, shelf_of, stocked
from patronage.logic.serve.catalogue import Product
from patronage.logic.serve.context import Context
from patronage.logic.serve.filters import Filters
from patronage.logic.serve.rights import Rights
from patronage.steps.lookup import recommend, similar
from tests_support import NOW

NAMES = "abcdefghijkl"
CATEGORIES = ["", "A", "A > B", "AB", "C"]
LIST = st.lists(st.sampled_from(NAMES), unique=True, max_size=8).map("".join)
IDS = st.lists(st.sampled_from(NAMES + "z"), max_size=4)
SELECTION = st.fixed_dictionaries(
    {}, optional={"product_ids": IDS, "categories": st.lists(st.sampled_from(CATEGORIES[1:]), max_size=1)}
)
POSITION = st.integers(1, 9)
RULES = st.fixed_dictionaries(
    {},
    optional={
        "never": SELECTION,
        "pin": st.lists(
            st.fixed_dictionaries(
                {"product_id": st.sampled_from(NAMES + "z"), "position": POSITION},
                optional={"countries": st.just(["Japan"]), "categories": st.just(["A"])},
            ),
            max_size=3,
        ),
        "promoted": st.lists(
            st.fixed_dictionaries(
                {
                    "position": POSITION,
                    "product_ids": st.lists(st.sampled_from(NAMES), min_size=1, max_size=3),
                }
            ),
            max_size=2,
        ),
        "boost": st.lists(
            st.fixed_dictionaries(
                {"factor": st.floats(1.1, 10), "product_ids": st.lists(st.sampled_from(NAMES), min_size=1)}
            ),
            max_size=2,
        ),
        "bury": SELECTION,
        "hide_bought": st.booleans(),
        "consumable": SELECTION,
    },
)
FILTERS = st.builds(
    Filters,
    exclude=st.frozensets(st.sampled_from(NAMES), max_size=3),
    in_stock=st.booleans(),
    category=st.sampled_from(["", "", *CATEGORIES[1:]]),
    min_price=st.none() | st.integers(0, 4),
    max_price=st.none() | st.integers(2, 9),
)


@st.composite
def shops(draw: Any) -> dict[str, Any]:
    """Draw what a reader holds, in plain values."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    run = [
        Product(
            each, each, draw(st.integers(0, 9)), draw(st.integers(0, 3)), draw(st.sampled_from(CATEGORIES))
        )
        for each in names
    ]
    table = [
        stocked(
            each,
            draw(st.sampled_from([None, 0, 4])),
            is_active=draw(st.booleans()),
            price_minor=draw(st.sampled_from([None, 3])),
            category=draw(st.sampled_from(CATEGORIES)),
        )
        for each in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5))
    ]
    return {
        "run": run,
        "table": table,
        "popular": draw(LIST),
        "own": draw(LIST),
        "bought": draw(st.lists(st.sampled_from(names), unique=True, max_size=4)),
        "viewed": draw(LIST),
        "session_bought": draw(LIST),
        "similar": {each: draw(LIST) for each in NAMES[:6]},
        "country": draw(st.sampled_from(["", "Japan"])),
    }


def reader_of(shop: dict[str, Any], rules: dict[str, Any]) -> MemoryReader:
    shelf = shelf_of(shop["run"], shop["popular"], stocked=shop["table"], rules=rules)
    reader = MemoryReader(shelf)
    reader.give("ann", shop["own"], bought="".join(shop["bought"]))
    reader.sessions["user", "ann"] = session(shop["viewed"], shop["session_bought"])
    for product_id, found in shop["similar"].items():
        reader.beside(product_id, found)
    reader.lists["popular", "country=Japan"] = candidates("cba")
    return reader


def chosen(selection: dict[str, Any], products: dict[str, dict[str, Any]]) -> set[str]:
    """Pick the products of a selection: a second implementation."""
    by_category = {
        name
        for name, product in products.items()
        for category in selection.get("categories", [])
        if (product["category"] + " > ").startswith(category + " > ")
    }
    return by_category | set(selection.get("product_ids", []))


def eligible(shop: dict[str, Any], rules: dict[str, Any], filters: Filters) -> set[str]:
    """Say which products may come: a second implementation, over plain values."""
    products = {
        each.product_id: {"price": each.price_minor, "category": each.category, "stock": None, "active": True}
        for each in shop["run"]
    }
    for each in shop["table"]:
        known = products.setdefault(each.product_id, {"price": None, "category": ""})
        known |= {"stock": each.stock, "active": each.is_active}
        known |= {"price": each.price_minor} if each.price_minor is not None else {}
        known |= {"category": each.category} if each.category else {}
    hidden = chosen(rules.get("never", {}), products) | filters.exclude
    if rules.get("hide_bought", True):
        bought = {*shop["bought"], *shop["session_bought"]}
        hidden |= bought - chosen(rules.get("consumable", {}), products)
    hidden |= set(shop["viewed"][-5:])
    low = -1 if filters.min_price is None else filters.min_price
    high = 10**9 if filters.max_price is None else filters.max_price
    is_priced = filters.min_price is not None or filters.max_price is not None
    return {
        name
        for name, product in products.items()
        if name not in hidden
        and product["active"]
        and not (filters.in_stock and product["stock"] == 0)
        and (product["category"] + " > ").startswith(filters.category + " > " if filters.category else "")
        and (not is_priced or (product["price"] is not None and low <= product["price"] <= high))
    }


def pinned(rules: dict[str, Any], may: set[str], k: int, country: str, category: str) -> dict[int, str]:
    """Say which products are pinned where: a second implementation."""
    places: dict[int, str] = {}
    for pin in rules.get("pin", []):
        applies = country == "Japan" or "countries" not in pin
        applies &= (category + " > ").startswith("A > ") or "categories" not in pin
        if applies and pin["product_id"] in may and pin["position"] <= k:
            is_free = pin["position"] not in places and pin["product_id"] not in places.values()
            places |= {pin["position"]: pin["product_id"]} if is_free else {}
    return places


@given(shops(), RULES, FILTERS, st.integers(1, 9))
def test_every_answer_keeps_the_promises(shop, rules, filters, k):
    reader = reader_of(shop, rules)
    ann = Rights("ann", is_personal=True, sessions=(("user", "ann"),))
    answer = recommend(reader, ann, k, now=NOW, context=Context(country=shop["country"]), filters=filters)
    may = eligible(shop, rules, filters)
    found = [each["product_id"] for each in answer["items"]]
    assert len(found) == len(set(found)) == min(k, len(may))
    assert set(found) <= may
    assert answer.get("eligible", k) == len(found)
    places = pinned(rules, may, k, shop["country"], filters.category)
    assert {each["product_id"] for each in answer["items"] if "pinned" in each} == set(places.values())
    if len(found) == k:
        assert {place: found[place - 1] for place in places} == places
    buried = [
        each["product_id"] in reader.live.standing.buried
        for each in answer["items"]
        if not {"pinned", "promoted"} & set(each)
    ]
    assert buried == sorted(buried)
    assert len(reader.trips) <= 2


@given(shops(), RULES, FILTERS, st.integers(1, 9), st.sampled_from(NAMES[:6]))
def test_every_list_beside_a_product_keeps_them_too(shop, rules, filters, k, product_id):
    reader = reader_of(shop, rules)
    found = [each["product_id"] for each in similar(reader, product_id, k, now=NOW, filters=filters)["items"]]
    unseen = shop | {"bought": [], "session_bought": "", "viewed": ""}
    may = eligible(unseen, rules, filters) - {product_id}
    assert len(found) == len(set(found)) == min(k, len(may))
    assert set(found) <= may
