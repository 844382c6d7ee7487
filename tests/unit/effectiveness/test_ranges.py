"""Any days of the report: the same figures as counted one by one, and the whole is the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from effectiveness_strategies import EVENT, LINE, RULE, attributed
from hypothesis import given, settings
from hypothesis import strategies as st

from effectiveness_support import SHOP, START, event, fill, line, rid
from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadField
from patronage.logic.effectiveness.days import SUMS, Days
from patronage.logic.effectiveness.options import AttributionOptions
from patronage.logic.effectiveness.ranged import DOCUMENTS, VALUED, day_documents, ranged
from patronage.logic.effectiveness.report import DIMENSIONS
from patronage.logic.queries import query
from patronage.logic.serve.documents import pack_document
from patronage.steps.monitor.effectiveness import measured
from tests_support import examples

FIRST = START.date()
LAST = FIRST + timedelta(days=3)
COUNTS = ("impressions", "clicks", "carts", "purchases", "revenue_minor")
OPTIONS = AttributionOptions(least_impressions=2, view_days=1)


def shown(product, hours, who, *, nonce, **parts):
    return event("impression", hours, product=product, who=who, of=rid(nonce, **parts), position=1)


def clicked(product, hours, who, *, nonce, **parts):
    return event("click", hours, product=product, who=who, of=rid(nonce, **parts), position=1)


EVENTS = [
    shown("mug", 0, "ann", nonce=1),
    shown("jug", 1, "bob", nonce=2, placement="basket"),
    clicked("mug", 2, "ann", nonce=1),
    event("cart_add", 25, product="mug", who="ann"),  # on the second day, for the click of the first
    shown("jug", 26, "bob", nonce=3, placement="basket"),
    clicked("jug", 27, "bob", nonce=3, placement="basket"),
]
ORDERS = [
    line("o1", 26, "mug", 900, who="ann"),
    line("o1", 50, "bowl", 100, who="ann"),  # the order goes on on the third day
    line("o2", 51, "jug", 400, who="bob"),
    line("o3", 3, "fork", 600),
]


@pytest.fixture
def documents(lake):
    return measured(fill(lake, EVENTS, ORDERS), lake, OPTIONS)


def ask(documents, by="model", start=None, end=None):
    return ranged(documents["effectiveness"], documents.__getitem__, by, start=start, end=end)


@pytest.mark.parametrize("by", DIMENSIONS)
def test_all_days_together_are_the_report(documents, by):
    report = documents["effectiveness"]
    found = ask(documents, by, start=date(2000, 1, 1))
    assert found["rows"] == report["by"][by]
    names = ("since", "until", "is_simulated", "rule", "reason", "totals", "shop")
    assert {name: found[name] for name in names} == {name: report[name] for name in names}
    assert found["coverage"] == {**report["coverage"], "since": report["since"], "until": report["until"]}
    assert found.get("versions") == (report["versions"] if by == "model" else None)


def test_each_day_has_what_happened_on_it(documents):
    second = FIRST + timedelta(days=1)
    found = ask(documents, "placement", second, second)
    assert (found["since"], found["until"]) == ("2026-01-02", "2026-01-02")
    # The mug of o1 for Ann's click of the day before; Bob's second jug was shown and clicked on this day.
    assert {row["placement"]: tuple(row[name] for name in COUNTS) for row in found["rows"]} == {
        "home": (0, 0, 1, 1, 900),
        "basket": (1, 1, 0, 0, 0),
    }
    assert found["shop"] == {
        "orders": 1,
        "revenue_minor": 900,
        "attributed_orders": 1,
        "attributed_share": 1.0,
    }
    assert found["reason"] == "not enough data: 1 impressions, and rates are given from 2 on"
    assert found["totals"]["ctr"] is None


def test_rates_are_of_the_days_that_have_impressions_enough(documents):
    found = ask(documents, "model", FIRST, FIRST)
    assert (found["totals"]["ctr"], found["totals"]["conversion"]) == (1 / 2, 0)
    assert found["versions"][0]["ctr"] == 1 / 2
    assert found["shop"]["attributed_share"] == 0


def test_the_share_of_impressions_that_were_clicked_is_of_the_days_on_which_they_were_shown(lake):
    """On the first day five are shown; on the second two, and three of the first day's are clicked."""
    people = [f"c{number}" for number in range(7)]
    events = [
        *(shown("mug", 0, who, nonce=1) for who in people[:5]),
        *(clicked("mug", 24, who, nonce=1) for who in people[:3]),
        *(shown("mug", 25, who, nonce=2) for who in people[5:]),
        clicked("mug", -24, people[6], nonce=2),  # its impression came late; it is of the second day's share
    ]
    documents = measured(fill(lake, events, ORDERS), lake, OPTIONS)
    second = FIRST + timedelta(days=1)
    clicks_and_ctr = {
        days: (found["totals"]["clicks"], found["totals"]["ctr"], found["rows"][0]["ctr"])
        for days in ((FIRST, FIRST), (second, second), (FIRST, second))
        for found in [ask(documents, "model", *days)]
    }
    assert clicks_and_ctr == {
        (FIRST, FIRST): (0, 3 / 5, 3 / 5),
        (second, second): (3, 1 / 2, 1 / 2),
        (FIRST, second): (3, 4 / 7, 4 / 7),
    }
    assert [row["ctr"] for row in ask(documents, "day", FIRST, second)["rows"]] == [3 / 5, 1 / 2]


def test_a_click_on_what_was_shown_before_the_report_is_in_no_share(lake):
    begins = (datetime(2025, 11, 3, tzinfo=UTC) - START) / timedelta(hours=1)
    events = [
        shown("mug", begins - 1, "ann", nonce=1),
        clicked("mug", begins + 1, "ann", nonce=1),
        shown("mug", begins + 1, "bob", nonce=1),
        shown("jug", begins + 1, "bob", nonce=2),
        clicked("jug", begins + 1, "bob", nonce=2),
        clicked("jug", begins + 1, "cid", nonce=3),
    ]
    report = measured(fill(lake, events, ORDERS), lake, OPTIONS)["effectiveness"]
    assert report["since"] == "2025-11-03"
    assert (report["totals"]["impressions"], report["totals"]["clicks"]) == (2, 3)
    assert report["totals"]["ctr"] == 1 / 2
    assert report["coverage"]["without_impression"] == 1  # Cid's; Ann's has one, of the day before


def test_an_order_of_several_days_counts_once(documents):
    orders = {
        (start, end): ask(documents, start=FIRST + timedelta(start), end=FIRST + timedelta(end))["shop"][
            "orders"
        ]
        for start, end in ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2))
    }
    assert orders == {(0, 0): 1, (1, 1): 1, (2, 2): 2, (1, 2): 2, (0, 2): 3}


def test_days_without_anything_say_so(documents):
    found = ask(documents, "day", LAST, LAST)
    assert (found["rows"], found["totals"]["impressions"]) == ([], 0)
    assert found["reason"] == "no event of these days names an answer of recommendations; ask for other days"
    assert found["shop"]["attributed_share"] is None


@pytest.mark.parametrize(
    ("start", "end", "field", "rule", "says"),
    [
        (date(2026, 1, 3), date(2026, 1, 2), "start", "range", "exchange the two"),
        (date(2026, 2, 1), None, "start", "not-kept", "from 2025-11-03 to 2026-01-31, and none from 2026-02"),
        (None, date(2025, 11, 2), "end", "not-kept", "none from its first to 2025-11-02"),
    ],
)  # fmt: skip
def test_days_that_the_report_does_not_have_are_refused(documents, start, end, field, rule, says):
    with pytest.raises(BadField, match=says) as caught:
        ask(documents, "model", start, end)
    assert (caught.value.field, caught.value.rule) == (field, rule)


def test_days_of_the_shop_are_cut_in_its_zone(lake):
    auckland = type(SHOP)(currency="NZD", timezone="Pacific/Auckland")
    events = [shown("mug", hours, "ann", nonce=hours) for hours in (1, 3)]  # 23:00 and 01:00 there
    manifest = fill(lake, events, [line("o", 3, "mug", 5, who="x")], shop=auckland)
    found = ask(measured(manifest, lake, OPTIONS), "day", date(2026, 1, 2), date(2026, 1, 2))
    assert [(row["day"], row["impressions"]) for row in found["rows"]] == [("2026-01-02", 1)]
    assert found["shop"]["orders"] == 1


def test_two_years_of_figures_stay_small():
    """Each day of 730 has ten values of a dimension, with figures that no packing can guess."""
    days = [FIRST + timedelta(days=day) for day in range(730)]
    drawn = np.random.default_rng(7).integers(10_000, size=(730 * 10, len(SUMS))).tolist()
    keys = [{"by_value": f"m{n}", "is_rest": False, "day": day} for day in days for n in range(10)]
    rows = [{**key, **dict(zip(SUMS, sums, strict=True))} for key, sums in zip(keys, drawn, strict=True)]
    made = day_documents(
        {name: rows if name == "model" else [] for name in (*VALUED, "total")},
        [],
        OPTIONS,
        whole=Days(days[0], days[-1]),
    )
    assert sorted(made) == sorted(DOCUMENTS)
    assert sum(len(page) for page in pack_document(made["effectiveness-days-model"])) < 400_000


@pytest.fixture(scope="module")
def engine():
    with DuckEngine(SHOP, threads=1) as opened:
        opened.show_none("live_segments", {"customer_id": "VARCHAR", "segment": "VARCHAR"})
        yield opened


def counted(engine, span):
    """Count one by one what happened on some days, by placement; and what the shop sold."""
    rows = engine.rows("FROM judged_events")
    found: Counter = Counter()
    for moment, of, name in (*shown_and_clicked(rows), *put_into_the_basket(rows)):
        found[of.split("~")[5], name] += is_within(moment, span)
    orders, attributed_orders, revenue = set(), set(), 0
    for sale, of in sold_and_due(engine, rows):
        if not is_within(sale["ordered_at"], span):
            continue
        orders.add(sale["order_id"])
        revenue += sale["net_minor"]
        if of:
            attributed_orders.add(sale["order_id"])
            found[of.split("~")[5], "purchases"] += 1
            found[of.split("~")[5], "revenue_minor"] += sale["net_minor"]
    shop = {"orders": len(orders), "revenue_minor": revenue, "attributed_orders": len(attributed_orders)}
    return +found, shop


def firsts_of(rows, *kinds):
    """Return when each answer first showed a visitor a product, or was first clicked."""
    firsts: dict = {}
    for row in rows:
        if row["event_type"] in kinds and row["is_readable"]:
            key = (row["visitor_id"], row["recommendation_id"], row["product_id"])
            firsts[key] = min(firsts.get(key, row["occurred_at"]), row["occurred_at"])
    return firsts


def shown_and_clicked(rows):
    for kinds, name in ((("impression",), "impressions"), (("click", "cart_add"), "clicks")):
        yield from ((moment, of, name) for (_, of, _), moment in firsts_of(rows, *kinds).items())


def clicked_share(rows, span):
    """Return which share of what was shown on some days was clicked at all, seeing one after the other."""
    clicks = firsts_of(rows, "click", "cart_add")
    is_clicked = [
        key in clicks for key, moment in firsts_of(rows, "impression").items() if is_within(moment, span)
    ]
    return sum(is_clicked) / len(is_clicked) if is_clicked else None


def put_into_the_basket(rows):
    for row in rows:
        if row["event_type"] == "cart_add":
            of = last_click(rows, {row["visitor_id"]}, row["product_id"], row["occurred_at"])
            if of:
                yield row["occurred_at"], of, "carts"


def sold_and_due(engine, rows):
    """Tell each product of an order with the answer whose click it is due to; None where there is none."""
    buyers = {(row["order_id"], row["visitor_id"]) for row in engine.rows("FROM buyers")}
    for sale in engine.rows("FROM sales"):
        who = {visitor for order, visitor in buyers if order == sale["order_id"]}
        yield sale, last_click(rows, who, sale["product_id"], sale["placed_at"])


def is_within(moment, span):
    return span.start <= moment.astimezone(UTC).date() <= span.end


def last_click(rows, visitors, product, moment):
    """Return the answer of the last click on a product within a day before."""
    touches = [
        (row["occurred_at"], row["visitor_id"], row["recommendation_id"])
        for row in rows
        if row["event_type"] == "click"
        and row["product_id"] == product
        and row["visitor_id"] in visitors
        and timedelta(0) <= moment - row["occurred_at"] <= timedelta(days=1)
    ]
    return max(touches)[2] if touches else None


DAYS = st.dates(FIRST, LAST)
MIDNIGHT = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)


@given(
    st.lists(EVENT, min_size=1, max_size=14),
    st.lists(LINE, min_size=1, max_size=6),
    st.tuples(DAYS, DAYS).map(sorted),
)
@settings(max_examples=examples(40))
def test_any_days_have_what_is_counted_one_by_one(engine, events, orders, ends):
    attributed(engine, events, orders, since=MIDNIGHT)
    rows = {name: engine.rows(query("effectiveness_by"), by=name, most=100) for name in (*VALUED, "total")}
    shop = engine.rows(query("effectiveness_shop"), since=MIDNIGHT.isoformat())
    rule = replace(RULE, least_impressions=1)
    documents = day_documents(rows, shop, rule, whole=Days(FIRST, LAST))
    span = Days(*ends)

    expected, sold = counted(engine, span)
    report = {"rule": {}, "coverage": {}, "versions": []}
    found = ranged(report, documents.__getitem__, "placement", start=span.start, end=span.end)
    by_placement = Counter({(row["placement"], name): row[name] for row in found["rows"] for name in COUNTS})
    assert +by_placement == expected
    share = found["shop"].pop("attributed_share")
    assert found["shop"] == sold
    assert found["totals"]["ctr"] == clicked_share(engine.rows("FROM judged_events"), span)
    revenue = sum(count for (_, name), count in expected.items() if name == "revenue_minor")
    assert share == (revenue / sold["revenue_minor"] if sold["revenue_minor"] else None)
    by_day = ranged(report, documents.__getitem__, "day", start=span.start, end=span.end)
    for name in COUNTS:
        whole = sum(count for (_, each), count in expected.items() if each == name)
        assert sum(row[name] for row in by_day["rows"]) == found["totals"][name] == whole
    assert all(span.start.isoformat() <= row["day"] <= span.end.isoformat() for row in by_day["rows"])
