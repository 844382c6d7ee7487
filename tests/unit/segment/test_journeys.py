"""Funnels, transitions and timelines by hand: equal instants, revisits, refunds, and shops without events."""

from __future__ import annotations

import pytest

from journey_support import moves_in
from patronage.errors import NotFound
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin, pinned_engine
from patronage.steps.segment import journeys as step
from patronage.steps.segment.product_names import product_names
from patronage.stores.objects import read_json
from tests_support import NOW

ORDERS = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
EVENTS = "event_id,event_type,customer_id,session_id,product_id,occurred_at,channel\n"
LATE = "o9,zz,p9,1,1,2026-01-09T12:00:00Z\n"
"""Somebody's order, so that the run is as of the end of 2026-01-09."""


@pytest.fixture
def run(ingest_text, lake, shop):
    """Ingest orders and events, and run the step; return what it wrote by the names of its files."""

    def wrote(orders=LATE, events="", previous=None):
        ingest_text(ORDERS + orders)
        if events:
            report = ingest_text(EVENTS + events, key="raw/events/a.csv")
            assert report["kept"] == events.count("\n"), report
        pin("run", "segments", lake, shop, now=NOW, live_runs=previous)
        step.journeys("run", lake)
        names = ("funnels", "transitions", "purchases", "timelines")
        return {name: read_json(lake.store, f"runs/run/journeys/{name}.json") for name in names}

    return wrote


def in_order(funnel):
    return [each["in_order"] for each in funnel["steps"]]


def reached(funnel):
    return [each["reached"] for each in funnel["steps"]]


def told(found):
    return [(entry["kind"], entry["order_id"], entry["net_minor"]) for entry in found["entries"]]


def test_a_funnel_counts_sessions_and_visitors_in_order(run):
    found = run(
        events="1,view,a,s1,p1,2026-01-01T10:00:00Z,mail\n"
        "2,cart_add,a,s1,p1,2026-01-01T10:01:00Z,mail\n"
        "3,purchase,a,s2,p1,2026-01-02T10:00:00Z,\n"  # the visitor came back for it in another session
        "4,cart_add,b,s3,p1,2026-01-02T10:00:00Z,ads\n"  # before the look at it, so not in order
        "5,view,b,s3,p1,2026-01-02T10:05:00Z,ads\n"
        "6,view,c,s4,,2026-01-02T10:05:00Z,\n"  # a page, no product
        "7,impression,d,s5,p1,2026-01-02T10:05:00Z,\n"
    )["funnels"]
    assert [each["step"] for each in found["sessions"]["steps"]] == [
        "session",
        "product_view",
        "cart_add",
        "purchase",
    ]
    assert reached(found["sessions"]) == [5, 2, 2, 1]
    assert in_order(found["sessions"]) == [5, 2, 1, 0]
    assert in_order(found["visitors"]) == [4, 2, 1, 1]
    assert [each["step_conversion"] for each in found["visitors"]["steps"]] == [None, 0.5, 0.5, 1]
    assert [each["conversion"] for each in found["visitors"]["steps"]] == [1, 0.5, 0.25, 0.25]
    assert {each["channel"]: in_order(each) for each in found["sessions"]["by_channel"]} == {
        "mail": [1, 1, 1, 0],
        "ads": [1, 1, 0, 0],
        None: [3, 0, 0, 0],
    }
    assert [(each["channel"], in_order(each)[0]) for each in found["visitors"]["by_channel"]] == [
        (None, 2),
        ("ads", 1),
        ("mail", 1),
    ]


def test_an_anonymous_session_and_a_customer_of_the_same_id_are_two_visitors(run):
    found = run(
        events="1,view,,7,p1,2026-01-01T10:00:00Z,\n"
        "2,cart_add,7,s1,p1,2026-01-02T10:00:00Z,\n3,purchase,7,s1,p1,2026-01-02T10:01:00Z,\n"
    )["funnels"]["visitors"]
    assert reached(found) == [2, 1, 1, 1]
    assert in_order(found) == [2, 1, 0, 0]


def test_events_of_one_instant_are_in_the_order_of_a_purchase_whatever_their_ids(run):
    found = run(
        events="9,view,a,s1,p1,2026-01-01T10:00:00Z,\n"
        "5,cart_add,a,s1,p1,2026-01-01T10:00:00Z,\n"
        "1,purchase,a,s1,p1,2026-01-01T10:00:00Z,\n"
    )
    assert in_order(found["funnels"]["sessions"]) == [1, 1, 1, 1]
    assert moves_in(found["transitions"]["sessions"]) == {
        (0, "landing", "product_view"): 1,
        (1, "product_view", "cart_add"): 1,
        (2, "cart_add", "purchase"): 1,
        (3, "purchase", "exit"): 1,
    }


def test_a_step_that_is_recorded_nowhere_is_absent_and_passed_over(run):
    found = run(
        events="1,view,a,s1,p1,2026-01-01T10:00:00Z,\n2,purchase,a,s1,p1,2026-01-01T10:01:00Z,\n"
        "3,view,b,s2,p1,2026-01-01T10:00:00Z,\n"
    )["funnels"]["sessions"]
    assert in_order(found) == [2, 2, None, 1]
    assert found["steps"][2]["reason"] == "no event is a cart_add"
    assert found["steps"][3]["step_conversion"] == 0.5


def test_a_revisited_state_makes_no_circle_and_a_long_session_is_folded(run):
    visits = "".join(
        f"{n:02d},{'view' if n % 2 else 'cart_add'},a,s1,p1,2026-01-01T10:{n:02d}:00Z,\n"
        for n in range(1, 12)
    )
    graph = run(events=visits + "x,search,b,s2,,2026-01-01T10:00:00Z,\n")["transitions"]["sessions"]
    expected = {(0, "landing", "product_view"): 1, (0, "landing", "search"): 1, (1, "search", "exit"): 1}
    for n in range(1, 8):
        pair = ("product_view", "cart_add") if n % 2 else ("cart_add", "product_view")
        expected[n, *pair] = 1
    assert moves_in(graph) == expected | {(8, "cart_add", "other"): 1}
    assert (graph["journeys"], graph["cut"], graph["is_cut"], graph["depth"]) == (2, 1, True, 8)


def test_a_session_of_the_visitor_ends_after_the_pause_of_the_settings(run):
    found = run(
        events="1,view,a,,p1,2026-01-01T10:00:00Z,\n2,view,a,,p1,2026-01-01T10:29:59Z,\n"
        "3,view,a,,p1,2026-01-01T11:30:00Z,\n"
    )["funnels"]
    assert (in_order(found["sessions"])[0], in_order(found["visitors"])[0]) == (2, 1)
    assert found["session_minutes"] == 30


def test_a_timeline_tells_what_happened_in_order(run, lake):
    run(
        orders="o1,a,p1,1,10,2025-12-31T23:30:00Z\n"
        "o1,a,p2,1,5,2025-12-31T23:30:00Z\n"
        "o2,a,p3,2,10,2026-01-04T10:00:00Z\n"
        "r1,a,p1,-1,10,2026-01-04T10:00:00Z\n" + LATE,
        events="1,view,a,s1,p1,2025-12-30T10:00:00Z,mail\n"
        "2,view,a,s1,p2,2025-12-30T10:01:00Z,mail\n"
        "3,impression,a,s2,p7,2026-01-04T10:00:00Z,recommendation:home\n"
        "4,click,a,s2,p7,2026-01-04T10:00:00Z,recommendation:home\n"
        "5,impression,a,s2,p8,2026-01-04T10:00:00Z,mail\n"  # an advertisement
        "6,view,a,s3,p8,2026-01-10T10:00:00Z,\n",  # after as_of
    )
    found = step.timeline("run", "a", lake.store)
    assert told(found) == [
        ("acquired", None, None),
        ("visit", None, None),
        ("purchase", "o1", 1500),
        ("visit", None, None),
        ("recommendation_seen", None, None),
        ("recommendation_taken", None, None),
        ("purchase", "o2", 2000),
        ("refund", "r1", -1000),
    ]
    first, visit, purchase = found["entries"][:3]
    assert (first["occurred_at"], first["detail"], first["channel"]) == (
        "2025-12-30T10:00:00Z",
        "visit",
        "mail",
    )
    assert (visit["events"], visit["products"]) == (2, 2)
    assert (purchase["day"], purchase["products"]) == ("2025-12-31", 2)
    assert found["entries"][4]["product_id"] == "p7"
    assert found["totals"] == {
        "visits": 2,
        "purchases": 2,
        "fees": 0,
        "refunds": 1,
        "segment_changes": None,
        "recommendations_seen": 1,
        "recommendations_taken": 1,
    }
    assert set(found["absent"]) == {"segment_change"}
    assert (found["total"], found["is_cut"], found["currency"]) == (8, False, "GBP")


def test_a_registration_is_the_acquisition_unless_something_came_before(run, ingest_text, lake):
    ingest_text(
        "customer_id,created_at,channel\nn,2025-12-01T08:00:00Z,ads\na,2026-01-05T08:00:00Z,ads\n"
        "f,2026-01-10T08:00:00Z,\n",
        key="raw/customers/a.csv",
    )
    run(orders="o1,a,p1,1,10,2026-01-04T10:00:00Z\n" + LATE)
    (only,) = step.timeline("run", "n", lake.store)["entries"]
    assert (only["kind"], only["detail"], only["channel"], only["day"]) == (
        "acquired",
        "registration",
        "ads",
        "2025-12-01",
    )
    first = step.timeline("run", "a", lake.store)["entries"][0]
    assert (first["kind"], first["detail"], first["day"]) == ("acquired", "purchase", "2026-01-04")
    with pytest.raises(NotFound, match="knows no customer 'f'"):  # who registered after as_of
        step.timeline("run", "f", lake.store)


def test_a_long_timeline_keeps_the_latest_entries_and_the_beginning(run, lake):
    lines = "".join(f"o{n:03d},a,p,1,1,2025-12-01T{n // 60:02d}:{n % 60:02d}:00Z\n" for n in range(250))
    summary = run(orders=lines + LATE)["timelines"]
    found = step.timeline("run", "a", lake.store)
    kept = [entry["position"] for entry in found["entries"]]
    assert kept == [1, *range(52, 252)]
    assert (found["total"], found["is_cut"], found["totals"]["purchases"]) == (251, True, 250)
    assert (summary["customers"], summary["cut"], summary["by_kind"]["purchase"]) == (2, 1, 251)


def test_a_timeline_of_one_entry_too_many_is_not_cut_if_that_one_is_the_acquisition(run, lake):
    lines = "".join(f"o{n:03d},a,p,1,1,2025-12-01T{n // 60:02d}:{n % 60:02d}:00Z\n" for n in range(200))
    summary = run(orders=lines + LATE)["timelines"]
    found = step.timeline("run", "a", lake.store)
    assert [entry["position"] for entry in found["entries"]] == [*range(1, 202)]
    assert (found["total"], found["is_cut"], summary["cut"]) == (201, False, 0)


def test_a_shop_without_events_has_what_its_orders_tell_and_says_why_the_rest_is_absent(run, lake):
    found = run(
        orders="o1,a,p1,1,10,2025-01-01T10:00:00Z\no2,a,p2,1,30,2025-01-11T10:00:00Z\n"
        "o3,b,p1,1,10,2025-02-01T10:00:00Z\no4,b,p1,1,10,2025-02-01T18:00:00Z\n"  # one occasion
        "o5,b,p2,-1,10,2025-02-09T18:00:00Z\n"  # no purchase
        "o6,,p1,1,10,2025-02-09T18:00:00Z\n" + LATE
    )
    assert found["funnels"]["sessions"] is found["funnels"]["visitors"] is None
    assert "no event" in found["funnels"]["reason"]
    assert found["transitions"]["sessions"] is None
    assert found["transitions"]["reasons"]["sessions"] == found["funnels"]["reason"]
    assert found["transitions"]["categories"] is None
    first, second = found["purchases"]["stages"]
    assert (first["purchase"], first["customers"], first["returned"], first["median_days"]) == (1, 3, 1, 10)
    assert (first["net_minor"], second["net_minor"]) == (1000 + 2000 + 100, 3000)
    assert first["within"][0] == {"days": 30, "customers": 2, "returned": 1, "repeat_rate": 0.5}  # not zz
    assert (second["customers"], second["returned"], second["median_days"]) == (1, 0, None)
    assert moves_in(found["transitions"]["purchases"]) == {
        (1, "purchase 1", "purchase 2"): 1,
        (1, "purchase 1", "no further purchase"): 2,
        (2, "purchase 2", "no further purchase"): 1,
    }
    assert found["purchases"]["first_products"]["items"][0] == {
        "item": "p1",
        "name": "p1",
        "customers": 2,
        "returned": 1,
        "repeat_rate": 0.5,
        "median_days_to_next": 10,
    }
    assert found["purchases"]["first_products"]["next"] == [
        {"item": "p1", "name": "p1", "next_item": "p2", "next_name": "p2", "customers": 1}
    ]
    timeline = step.timeline("run", "b", lake.store)
    assert told(timeline) == [
        ("acquired", None, None),
        ("purchase", "o3", 1000),
        ("purchase", "o4", 1000),
        ("refund", "o5", -1000),
    ]
    assert timeline["totals"]["visits"] is None
    assert "no event" in timeline["absent"]["visit"]


def test_categories_lead_from_purchase_to_purchase(run, ingest_text):
    ingest_text(
        "product_id,title,category\np1,Cup,Kitchen > Cups\np2,Pan,Kitchen > Pans\np3,Bed,Bedroom\n",
        key="raw/products/a.csv",
    )
    found = run(
        orders="o1,a,p1,1,10,2025-01-01T10:00:00Z\no1,a,p3,1,10,2025-01-01T10:00:00Z\n"  # equal: p1 is it
        "o2,a,p3,1,30,2025-01-11T10:00:00Z\no3,b,p2,1,10,2025-02-01T10:00:00Z\n" + LATE
    )
    assert moves_in(found["transitions"]["categories"]) == {
        (1, "Kitchen", "Bedroom"): 1,
        (1, "Kitchen", "no further purchase"): 1,
        (1, "unknown", "no further purchase"): 1,
        (2, "Bedroom", "no further purchase"): 1,
    }
    firsts = found["purchases"]["first_products"]
    assert {row["item"]: row["name"] for row in firsts["items"]} == {"p1": "Cup", "p2": "Pan", "p9": "p9"}
    assert (firsts["next"][0]["name"], firsts["next"][0]["next_name"]) == ("Cup", "Bed")
    assert found["purchases"]["first_categories"]["next"] == [
        {"item": "Kitchen", "next_item": "Bedroom", "customers": 1}
    ]


def test_a_run_again_writes_the_same_bytes(run, lake):
    run(
        orders="o1,a,p1,1,10,2026-01-04T10:00:00Z\no2,a,p1,1,10,2026-01-04T10:00:00Z\n" + LATE,
        events="9,view,a,s1,p1,2026-01-01T10:00:00Z,\n5,cart_add,a,s1,p1,2026-01-01T10:00:00Z,\n",
    )
    keys = lake.store.keys("runs/run/journeys/")
    before = {key: lake.store.read_bytes(key) for key in keys}
    assert [key.rpartition("/")[2] for key in keys] == [
        "category_slices.json",
        "funnel_months.json",
        "funnel_slices.json",
        "funnels.json",
        "purchase_slices.json",
        "purchases.json",
        "session_months.json",
        "session_slices.json",
        "timelines.json",
        "timelines.parquet",
        "transitions.json",
    ]
    step.journeys("run", lake)
    assert before == {key: lake.store.read_bytes(key) for key in keys}


def test_a_run_without_timelines_says_how_to_get_them(ingest_text, lake, shop):
    ingest_text(ORDERS + LATE)
    pin("run", "segments", lake, shop, now=NOW)
    assert Manifest.load(lake.store, "run").previous == ""
    with pytest.raises(NotFound, match="patronage segment"):
        step.timeline("run", "zz", lake.store)


def test_a_product_is_called_by_its_title_else_by_its_newest_sale_else_by_its_id(ingest_text, lake, shop):
    ingest_text("product_id,title\np1,Cup\n", key="raw/products/a.csv")
    ingest_text(
        "order_id,customer_id,product_id,quantity,unit_price,ordered_at,description\n"
        "o1,a,p1,1,10,2026-01-01T10:00:00Z,a cup\n"
        "o2,a,p2,1,10,2026-01-01T10:00:00Z,old pan\n"
        "o3,a,p2,1,10,2026-01-02T10:00:00Z,pan\n"
        "o4,a,p2,-1,10,2026-01-03T10:00:00Z,returned pan\n"
        "o5,a,p'3,1,10,2026-01-03T10:00:00Z,\n"
    )
    pin("run", "segments", lake, shop, now=NOW)
    with pinned_engine(Manifest.load(lake.store, "run"), lake, "products") as engine:
        assert product_names(engine, ["p2", "p1", "p'3", "p1"]) == {"p1": "Cup", "p2": "pan", "p'3": "p'3"}
        assert product_names(engine, []) == {}
