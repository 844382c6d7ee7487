"""Behaviour by hand: a shop small enough to count, with events and without."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from patronage.logic.segments.behaviour import Norms, behaviours, bounds
from patronage.logic.segments.quantiles import quantile
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin
from patronage.steps.segment import behaviour
from patronage.stores.objects import read_json
from tests_support import NOW

ORDERS = "order_id,customer_id,product_id,quantity,unit_price,discount,ordered_at,channel\n"
EVENTS = "event_id,event_type,customer_id,session_id,product_id,occurred_at,unit_price,currency,category\n"
NEEDS_EVENTS = (
    "sessions", "views", "conversion", "browse_depth", "cart_abandonment", "preferred_hour",
    "preferred_weekday", "preferred_category", "preferred_channel", "discount_interest", "behaviour_id",
)  # fmt: skip


def run(lake, shop, *, run_id="run"):
    """Return the figures and, by customer, the row of each."""
    pin(run_id, "segments", lake, shop, now=NOW)
    behaviour.behaviour(run_id, lake)
    path = lake.store.staged(f"runs/{run_id}/segments/behaviour.parquet")
    with duckdb.connect() as connection:
        cursor = connection.execute(f"FROM '{path}'")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert [row["customer_id"] for row in rows] == sorted(row["customer_id"] for row in rows)
    return read_json(lake.store, f"runs/{run_id}/segments/behaviour.json"), {
        row["customer_id"]: row for row in rows
    }


def visits(customer, day, *kinds, session="", times=1):
    """Events of one minute each from 10:00 on that day, in a session of that customer."""
    return "".join(
        f"{customer}{session}{day}-{number},{kind},{customer},{session},p{number % 3},"
        f"2026-01-{day:02d}T10:{number:02d}:00Z,,,\n"
        for number, kind in enumerate(kinds * times)
    )


def an_order(customer="x", day=6, *, order="o", products=("p",), discount=""):
    return "".join(
        f"{order}{customer}{day},{customer},{product},1,10,{discount},2026-01-{day:02d}T12:00:00Z,web\n"
        for product in products
    )


def test_sessions_conversion_depth_and_abandonment_by_hand(ingest_text, lake, shop):
    ingest_text(ORDERS + an_order("a"))
    ingest_text(
        EVENTS
        + visits("a", 1, "view", "view", "cart_add", "purchase")
        + visits("a", 2, "view", "cart_add")
        + visits("a", 3, "view", "view", "view")
        + visits("", 3, "view", session="anon")
        + visits("", 4, "view", "cart_add", "purchase", session="buyer"),
        key="raw/events/a.csv",
    )
    figures, found = run(lake, shop)
    shop_wide = figures["shop"]
    assert (shop_wide["sessions"], shop_wide["customer_sessions"], shop_wide["anonymous_sessions"]) == (
        5,
        3,
        2,
    )
    assert (shop_wide["conversion"], shop_wide["cart_abandonment"]) == (2 / 5, 1 / 3)
    assert (shop_wide["median_depth"], shop_wide["mean_depth"]) == (1, 8 / 5)
    assert shop_wide["sessions_by_hour"][10] == {"hour": 10, "sessions": 5, "buying_sessions": 2}
    weekdays = {row["weekday"]: row["sessions"] for row in shop_wide["sessions_by_weekday"]}
    assert weekdays == {1: 0, 2: 0, 3: 0, 4: 1, 5: 1, 6: 2, 7: 1}  # 1 January 2026 was a Thursday
    a = found["a"]
    assert (a["sessions"], a["views"], a["conversion"], a["browse_depth"]) == (3, 6, 1 / 3, 2)
    assert (a["cart_abandonment"], a["preferred_hour"], a["preferred_weekday"]) == (1 / 2, 10, 6)
    assert (a["occasions"], a["net_minor"], a["buying_hour"], a["buying_weekday"]) == (1, 1000, 12, 2)
    assert set(found) == {"a"}


def test_a_purchase_event_is_no_revenue(ingest_text, lake, shop):
    ingest_text(ORDERS + an_order("x"))
    ingest_text(EVENTS + "e1,purchase,a,,p,2026-01-02T10:00:00Z,500,GBP,\n", key="raw/events/a.csv")
    figures, found = run(lake, shop)
    assert (found["a"]["net_minor"], found["a"]["occasions"], found["a"]["conversion"]) == (0, 0, 1)
    assert sum(row["net_minor"] for row in figures["behaviours"]) == 0
    assert figures["without_sessions"]["net_minor"] == 1000
    assert sum(row["net_minor"] for row in figures["seasonality"]["by_month"]) == 1000


def test_without_events_what_needs_them_is_null_and_the_figures_say_why(ingest_text, lake, shop):
    ingest_text(ORDERS + an_order("a", discount=2) + an_order("b"))
    figures, found = run(lake, shop)
    assert all(row[name] is None for row in found.values() for name in NEEDS_EVENTS)
    assert (figures["shop"], figures["behaviours"]) == (None, None)
    assert "the lake has no events" in figures["events"]["reason"]
    assert figures["without_sessions"]["customers"] == 2
    assert (found["a"]["discount_affinity"], found["b"]["discount_affinity"]) == (1, 0)
    assert not lake.store.exists("runs/run/features/sessions.parquet")


def test_events_of_nobody_are_no_sessions_and_the_figures_say_so(ingest_text, lake, shop):
    ingest_text(ORDERS + an_order("a"))
    ingest_text(EVENTS + "e1,view,,,p,2026-01-02T10:00:00Z,,,\n", key="raw/events/a.csv")
    figures, found = run(lake, shop)
    assert figures["events"] == {
        "read": 1,
        "in_sessions": 0,
        "of_nobody": 1,
        "reason": "no event names a customer or a session, so that none can be told from another's",
    }
    assert found["a"]["sessions"] is None


def test_a_shop_whose_events_hold_no_purchase_has_no_conversion_rather_than_0(ingest_text, lake, shop):
    ingest_text(ORDERS + an_order("a"))
    ingest_text(EVENTS + visits("a", 1, "view", "cart_add"), key="raw/events/a.csv")
    figures, found = run(lake, shop)
    assert (figures["shop"]["conversion"], figures["shop"]["cart_abandonment"]) == (None, None)
    assert (found["a"]["conversion"], found["a"]["cart_abandonment"]) == (None, None)


def test_where_no_order_states_a_discount_affinity_is_unknown(ingest_text, lake, shop):
    ingest_text(ORDERS + an_order("a") + an_order("b"))
    assert {row["discount_affinity"] for row in run(lake, shop)[1].values()} == {None}


def test_a_customer_without_a_visit_has_0_sessions_and_no_behaviour(ingest_text, lake, shop):
    ingest_text(ORDERS + an_order("x"))
    ingest_text(EVENTS + visits("a", 1, "view"), key="raw/events/a.csv")
    figures, found = run(lake, shop)
    assert (found["x"]["sessions"], found["x"]["views"], found["x"]["conversion"]) == (0, 0, None)
    assert found["x"]["behaviour_id"] is None
    assert figures["without_sessions"]["customers"] == 1


def test_the_setting_of_the_shop_cuts_the_sessions(ingest_text, lake, shop):
    ingest_text(ORDERS + an_order("a"))
    ingest_text(EVENTS + visits("a", 1, "view", times=5), key="raw/events/a.csv")
    pin("short", "segments", lake, shop, now=NOW)
    manifest = Manifest.load(lake.store, "short")
    replace(manifest, segmentation={"session_minutes": 1}).save(lake.store)
    assert run(lake, shop, run_id="short")[1]["a"]["sessions"] == 5
    assert run(lake, shop)[1]["a"]["sessions"] == 1


def test_each_behaviour_has_its_customer(ingest_text, lake, shop):
    ingest_text(
        ORDERS
        + "".join(an_order("bargain", day, discount=3) for day in (1, 2, 3))
        + "".join(an_order("plain", day) for day in range(1, 7))
        + an_order("basket", products=("p0", "p1", "p2", "p3", "p4"))
        + an_order("unseen")
    )
    deep = ("view",) * 12
    ingest_text(
        EVENTS
        + visits("bargain", 1, "view", "view")
        + visits("plain", 1, "view", "view", "cart_add")
        + visits("basket", 1, "view", "view")
        + "".join(visits("leaver", day, "view", "view", "cart_add") for day in (1, 2))
        + visits("direct", 1, "view", "purchase")
        + visits("researcher", 1, *deep)
        + visits("passer", 1, "view")
        + visits("passer", 3, "impression")
        + visits("window", 1, "view", "view"),
        key="raw/events/a.csv",
    )
    figures, found = run(lake, shop)
    assert {customer: row["behaviour_id"] for customer, row in found.items()} == {
        "bargain": "bargain_hunter",
        "basket": "basket_builder",
        "direct": "direct_buyer",
        "leaver": "cart_abandoner",
        "passer": "passer_by",
        "plain": "casual_shopper",
        "researcher": "researcher",
        "unseen": None,
        "window": "window_shopper",
    }
    sizes = {row["behaviour_id"]: row["customers"] for row in figures["behaviours"]}
    assert set(sizes.values()) == {1}
    assert sum(sizes.values()) + figures["without_sessions"]["customers"] == len(found)
    direct = next(row for row in figures["behaviours"] if row["behaviour_id"] == "direct_buyer")
    assert "a share of at least 0.5 of the sessions, and at most 2 views" in direct["rule"]


def test_who_looks_at_reduced_prices_hunts_bargains(ingest_text, lake, shop):
    ingest_text(ORDERS + an_order("x"))
    priced = [("full", 20.00)] * 12 + [("saver", 19.00)] * 4 + [("saver", 18.99)] * 6
    rows = "".join(
        f"e{number},view,{customer},,p,2026-01-02T10:{number:02d}:00Z,{price},GBP,\n"
        for number, (customer, price) in enumerate(priced)
    )
    ingest_text(EVENTS + rows, key="raw/events/a.csv")
    found = run(lake, shop)[1]
    assert found["saver"]["discount_interest"] == 0.6  # 19.00 is 5 % below 20.00, not more
    assert found["full"]["discount_interest"] == 0
    assert found["x"]["discount_interest"] is None
    assert (found["saver"]["behaviour_id"], found["full"]["behaviour_id"]) == (
        "bargain_hunter",
        "window_shopper",
    )


def test_preferences_on_a_tie_are_those_seen_last(ingest_text, lake, shop):
    ingest_text("product_id,title,category\np1,One,Shoes\np2,Two,Hats\n", key="raw/products/a.csv")
    ingest_text(
        ORDERS + "o1,a,p1,1,10,,2025-11-03T09:00:00Z,shop\n" + "o2,a,p2,1,10,,2026-01-04T15:00:00Z,web\n"
    )
    ingest_text(
        EVENTS
        + "e1,view,a,,p1,2025-12-01T08:00:00Z,,,\n"
        + "e2,view,a,,p2,2025-12-05T20:00:00Z,,,Scarves\n"
        + "e3,search,a,,,2025-12-05T20:01:00Z,,,Ignored\n",
        key="raw/events/a.csv",
    )
    a = run(lake, shop)[1]["a"]
    assert (a["preferred_hour"], a["preferred_weekday"], a["preferred_category"]) == (20, 5, "Scarves")
    assert (a["buying_month"], a["buying_weekday"], a["buying_hour"]) == (1, 7, 15)
    assert (a["buying_category"], a["buying_channel"]) == ("Hats", "web")


def test_seasonality_is_a_multiple_of_the_mean_day_that_was_observed(ingest_text, lake, shop):
    # 30 December to 5 January: seven days, one order a day, two more on the last of December.
    lines = [f"o{day},a,p,1,10,,2026-01-0{day}T12:00:00Z,web" for day in range(1, 6)]
    lines += [f"d{day},,p,1,10,,2025-12-{day}T12:00:00Z,web" for day in (30, 31)]
    lines += [f"x{number},b,p,1,10,,2025-12-31,web" for number in range(2)]
    ingest_text(ORDERS + "\n".join(lines) + "\n")
    seasons = run(lake, shop)[0]["seasonality"]
    months = {row["month"]: row for row in seasons["by_month"]}
    assert (months[12]["orders"], months[12]["days"], months[12]["index"]) == (4, 2, 2 / (9 / 7))
    assert months[1]["index"] == pytest.approx(7 / 9)
    assert months[6] == {"month": 6, "orders": 0, "net_minor": 0, "days": 0, "index": None}
    hours = {row["hour"]: row for row in seasons["by_hour"]}
    assert (hours[12]["orders"], hours[12]["index"], hours[0]["orders"]) == (7, 24, 0)
    assert (seasons["orders_without_hour"], seasons["first_day"]) == (2, "2025-12-30")
    assert sum(row["net_minor"] for row in seasons["by_weekday"]) == 9000


def test_orders_before_1970_have_the_hour_and_weekday_of_their_own_minute(ingest_text, lake, shop):
    # London's clock was an hour ahead all year: half past 23:59 and half past 0:00 are of the hours 0 and 1.
    instants = ("1969-12-31T23:59:30Z", "1970-01-01T00:00:30Z", "1969-12-28T12:00:00Z")
    lines = [f"o{number},a,p,1,10,,{instant},web" for number, instant in enumerate(instants)]
    ingest_text(ORDERS + "\n".join(lines) + "\n")
    figures, found = run(lake, shop)
    hours, weekdays = (
        {row[unit]: row["orders"] for row in figures["seasonality"][f"by_{unit}"] if row["orders"]}
        for unit in ("hour", "weekday")
    )
    assert (hours, weekdays) == ({0: 1, 1: 1, 13: 1}, {4: 2, 7: 1})
    assert (found["a"]["buying_hour"], found["a"]["buying_weekday"]) == (1, 4)


def test_repeating_the_step_changes_nothing(ingest_text, lake, shop):
    ingest_text(ORDERS + an_order("a"))
    ingest_text(EVENTS + visits("a", 1, "view", "purchase"), key="raw/events/a.csv")
    assert run(lake, shop) == run(lake, shop)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([], None), ([(4, 1)], 4), ([(0, 2), (3, 2)], 1.5), ([(0, 1), (3, 2)], 3), ([(1, 1), (2, 3)], 2)],
)
def test_median_of_counts(counts, expected):
    assert quantile(counts, 0.5) == expected


def test_the_shop_s_own_habits_move_the_bounds():
    assert bounds(Norms())["least_depth"] is None
    limits = bounds(Norms(median_depth=10, discount_share=0.6, products_per_occasion=20))
    assert (limits["least_depth"], limits["least_products"], limits["most_direct_depth"]) == (20, 30, 10)
    assert limits["least_discount_affinity"] == 0.75
    listed = {each.behaviour_id: each for each in behaviours(Norms(products_per_occasion=20))}
    assert listed["basket_builder"].limits == {"least_products": 30}
    assert listed["bargain_hunter"].limits == {}
    rules = {name: each.rule for name, each in listed.items()}
    assert "at least 30 different products" in rules["basket_builder"]
    assert "additions" not in rules["basket_builder"]
    assert rules["bargain_hunter"] == "never met: nothing that it asks for is known here"
