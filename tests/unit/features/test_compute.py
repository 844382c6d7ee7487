"""The values of features, counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from patronage.engines.duckdb import DuckEngine
from patronage.logic.features.history import TABLES
from patronage.settings import Shop
from patronage.steps.features.compute import compute_features
from patronage.steps.features.known import show_known
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import NOW

if TYPE_CHECKING:
    from pathlib import Path

SHOP = Shop(currency="GBP", timezone="Europe/London")

HEADER = "order_id,customer_id,product_id,quantity,unit_price,discount,ordered_at,country,channel\n"
ORDERS = HEADER + (
    "1,a,p,2,10,0,2025-12-31T23:30:00Z,France,web\n"  # Wednesday, New Year's Eve in London
    "1,a,r,1,5,1,2025-12-31T23:30:00Z,France,web\n"
    "2,a,p,1,10,0,2026-01-03T00:10:00Z,,shop\n"  # Saturday
    "3,a,p,1,10,0,2026-01-03T18:00:00Z,Spain,\n"  # the same day: one occasion, two orders
    "C4,a,p,-1,11,0,2026-01-04T10:00:00Z,Spain,\n"  # given back: less money, no occasion
    "5,b,x,4,2.5,0,2025-11-20T10:00:00Z,,\n"  # 45 days before the 4th
    "C6,c,p,-1,5,0,2026-01-02T10:00:00Z,,\n"  # no purchase
    "7,,p,3,8,0,2026-01-03T10:00:00Z,,\n"  # a guest
    "8,late,p,1,10,0,2026-01-05T00:00:00Z,,\n"  # at the instant itself: not before it
)
PRODUCTS = (
    "product_id,title,category,price,updated_at\n"
    "p,P,toys,10,\nq,Q,toys,3,\nr,R,books,7,2026-01-04T12:00:00Z\nn,N,books,9,2026-01-09T00:00:00Z\n"
)
CUSTOMERS = (
    "customer_id,country,accepts_marketing,updated_at,created_at\n"
    "b,Italy,true,2025-12-01T00:00:00Z,\n"
    "d,Japan,false,,2025-12-01T00:00:00Z\n"
    "e,Chad,true,,2026-01-06T00:00:00Z\n"  # registers later
    "a,Peru,true,2026-01-05T01:00:00Z,\n"  # says so later
)
EVENTS = (
    "event_id,event_type,customer_id,session_id,product_id,occurred_at\n"
    "e1,view,b,s1,p,2026-01-04T10:00:00Z\n"
    "e2,cart_add,b,s1,p,2026-01-04T10:05:00Z\n"
    "e3,cart_add,b,s2,p,2025-12-20T10:05:00Z\n"
    "e4,purchase,b,s2,p,2025-12-20T10:09:00Z\n"
    "e5,cart_add,a,s3,p,2026-01-03T17:00:00Z\n"  # bought on the day, by an order
    "e6,view,,s1,r,2026-01-04T09:00:00Z\n"  # before b was named
    "e7,click,f,,r,2026-01-04T23:59:00Z\n"
    "e8,view,f,,r,2026-01-04T08:00:00Z\n"
)
AS_OF = datetime(2026, 1, 5, tzinfo=UTC)


def computed(lake, shop, entity: str = "customer") -> dict[str, dict]:
    with DuckEngine(shop) as engine:
        show_known(engine, lake, TABLES["customer"], since=datetime.now(UTC))
        compute_features(engine, entity=entity, as_of=AS_OF, known_at=NOW, into="found")
        return {row[f"{entity}_id"]: row for row in engine.rows("FROM found")}


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Lake:
    folder: Path = tmp_path_factory.mktemp("features")
    lake = Lake(FolderStore(folder / "lake"))
    texts = {"products": PRODUCTS, "customers": CUSTOMERS, "events": EVENTS, "orders": ORDERS}
    for table, text in texts.items():
        path = folder / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        upload = Upload(path=path, key=f"raw/{table}/{table}.csv", version="1", last_modified=NOW)
        assert ingest(upload, lake, SHOP, now=NOW)["state"] == "done"
    return lake


def test_features_of_customers(filled, shop):
    found = computed(filled, shop)
    assert sorted(found) == ["a", "b", "c", "d", "f"]
    a = found["a"]
    assert {name: a[name] for name in ("recency_days", "tenure_days", "occasions", "orders", "returns")} == {
        "recency_days": 1,
        "tenure_days": 4,
        "occasions": 2,
        "orders": 3,
        "returns": 1,
    }
    assert (a["net_minor"], a["net_minor_30d"], a["net_per_occasion_minor"]) == (3300, 3300, 1650)
    assert a["average_order_minor"] == pytest.approx(4400 / 3)
    assert (a["days_between_occasions"], a["weekend_share"]) == (3, 0.5)
    assert (a["items"], a["distinct_products"], a["categories"], a["items_per_occasion"]) == (5, 2, 2, 2.5)
    assert (a["returned_share"], a["discounted_share"]) == (0.25, 0.25)
    assert (a["favourite_category"], a["country"], a["channel"]) == ("toys", "Spain", "shop")
    assert a["accepts_marketing"] is None
    assert (a["visits_7d"], a["cart_adds_7d"], a["cart_abandonment_90d"]) == (1, 1, 0)


def test_windows_begin_with_a_shop_day_and_absence_is_zero_or_null(filled, shop):
    found = computed(filled, shop)
    b, c, d, f = (found[name] for name in "bcdf")
    assert (b["orders_30d"], b["orders_90d"], b["orders"], b["items_30d"], b["items_90d"]) == (0, 1, 1, 0, 4)
    assert (b["country"], b["accepts_marketing"], b["channel"]) == ("Italy", True, None)
    assert (b["visits_7d"], b["visits_30d"], b["views_7d"], b["cart_adds_30d"]) == (1, 2, 1, 2)
    assert (b["cart_abandonment_90d"], b["days_since_last_visit"]) == (0.5, 0)
    assert (c["recency_days"], c["occasions"], c["net_minor"], c["returned_share"]) == (None, 0, -500, None)
    assert (d["orders"], d["net_minor"], d["recency_days"], d["country"]) == (0, 0, None, "Japan")
    assert (d["accepts_marketing"], d["visits_90d"], d["cart_abandonment_90d"]) == (False, 0, None)
    assert (f["visits_7d"], f["clicks_7d"], f["views_7d"], f["orders"]) == (1, 1, 1, 0)


def test_features_of_products(filled, shop):
    found = computed(filled, shop, "product")
    assert sorted(found) == ["p", "q", "r", "x"]
    p, r = found["p"], found["r"]
    assert (p["buyers"], p["buyers_30d"], p["items"], p["net_minor"]) == (1, 1, 7, 4000 + 2400 - 1100 - 500)
    assert (p["days_since_last_sale"], p["days_since_first_sale"], p["price_minor"]) == (1, 4, 1000)
    assert (p["cart_adds_7d"], p["cart_adds_30d"], p["category"]) == (2, 3, "toys")
    assert (r["views_7d"], r["clicks_7d"], r["price_minor"], r["category"]) == (2, 1, 500, "books")
    assert (found["q"]["items"], found["q"]["price_minor"], found["x"]["category"]) == (0, 300, None)


def test_days_are_those_of_the_shop(ingest_text, lake):
    """At half past four in the afternoon in London it is the next day in Auckland."""
    ingest_text(HEADER + "1,a,p,1,10,0,2026-01-03T12:30:00Z,,\n")
    for zone, recency in {"Europe/London": 1, "Pacific/Auckland": 1, "America/Los_Angeles": 1}.items():
        found = computed(lake, Shop(currency="GBP", timezone=zone))
        assert found["a"]["recency_days"] == recency
    ingest_text(HEADER + "1,a,p,1,10,0,2026-01-03T08:30:00Z,,\n", version="2")
    assert computed(lake, Shop(currency="GBP", timezone="Pacific/Auckland"))["a"]["recency_days"] == 2
    assert computed(lake, Shop(currency="GBP", timezone="Europe/London"))["a"]["recency_days"] == 1


def test_what_was_received_later_is_not_known(filled, shop):
    with DuckEngine(shop) as engine:
        show_known(engine, filled, TABLES["customer"], since=datetime.now(UTC))
        compute_features(engine, as_of=AS_OF, known_at=datetime(2026, 1, 9, tzinfo=UTC), into="found")
        assert engine.rows("FROM found") == []


def test_columns_come_in_the_order_of_the_names(filled, shop):
    with DuckEngine(shop) as engine:
        show_known(engine, filled, ("orders",), since=datetime.now(UTC))
        names = ("net_minor", "recency_days")
        compute_features(engine, names=names, as_of=AS_OF, known_at=None, into="f", among=("orders",))
        assert [row["column_name"] for row in engine.rows("DESCRIBE f")] == ["customer_id", *names]
