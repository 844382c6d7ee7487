"""Which purchase counts for which click: a shop small enough to be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from effectiveness_support import at, event, fill, line, rid
from patronage.logic.effectiveness.options import AttributionOptions
from patronage.steps.monitor.effectiveness import effectiveness, measured
from patronage.stores.objects import read_json, write_json

DAY = 24
RULE = AttributionOptions(least_impressions=1)
HOME, BASKET = rid(1), rid(2, placement="basket", rungs="su")


def shown(product, hours, of=HOME, position=1, **who):
    return event("impression", hours, product=product, of=of, position=position, **who)


def click(product, hours, of=HOME, position=1, **who):
    return event("click", hours, product=product, of=of, position=position, **who)


ANN = {"who": "ann", "visit": "s-ann"}
EVENTS = [
    # Ann is shown mug and bowl at home, clicks mug twice (once counts), later clicks it in the basket.
    shown("mug", 0, **ANN),
    shown("mug", 0.1, **ANN),  # scrolled back: the same answer and product count once
    shown("bowl", 0, position=3, **ANN),
    click("mug", 1, **ANN),
    click("mug", 1.5, **ANN),
    shown("mug", 2, of=BASKET, position=2, **ANN),
    click("mug", 2, of=BASKET, position=2, **ANN),
    event("cart_add", 2.5, product="mug", **ANN),
    event("cart_add", 2.6, product="fork", **ANN),  # never recommended
    # Bob clicked eight days before: the window has passed.
    shown("mug", 0, who="bob"),
    click("mug", 0, who="bob"),
    # A guest: only the purchase event, which the shop's server posts, joins the order to the visit.
    shown("bowl", 0, visit="g-1", position=2),
    click("bowl", 1, visit="g-1", position=2),
    event("purchase", 3, visit="g-1", product="bowl", order_id="o-guest"),
    # Cid looks around without signing in, then signs in within the visit.
    shown("jug", 0, visit="s-cid", position=1),
    click("jug", 0.5, visit="s-cid", position=1),
    event("view", 1, visit="s-cid", who="cid"),
]
ORDERS = [
    line("o-ann", 3, "mug", 1000, who="ann"),
    line("o-ann", 3, "mug", 500, who="ann", line="l2"),  # two lines of one product: one purchase
    line("o-ann", 3, "bowl", 700, who="ann"),  # was shown, never clicked
    line("r-ann", 5 * DAY, "mug", -500, who="ann", kind="refund", refers_to="o-ann"),
    line("o-bob", 8 * DAY, "mug", 1000, who="bob"),
    line("o-guest", 2.9, "bowl", 800),
    line("o-cid", 2 * DAY, "jug", 300, who="cid"),
    line("o-cid-2", 3 * DAY, "jug", 300, who="cid"),  # the same click counts for a second order
    line("o-old", -10, "mug", 9999, who="ann"),  # before any click
]


def measure(manifest, lake, rule):
    return measured(manifest, lake, rule)["effectiveness"]


@pytest.fixture
def document(lake):
    return measure(fill(lake, EVENTS, ORDERS), lake, RULE)


def counts(row):
    return tuple(row[name] for name in ("impressions", "clicks", "carts", "purchases", "revenue_minor"))


def by(document, dimension):
    return {row[dimension]: counts(row) for row in document["by"][dimension]}


def test_a_purchase_counts_for_the_last_click_on_the_product_within_the_window(document):
    # o-ann's mug for the basket (1000 + 500 - 500), the guest's bowl, Cid's jug twice; Bob came too late.
    assert counts(document["totals"]) == (6, 5, 1, 4, 1000 + 800 + 300 + 300)
    assert by(document, "placement") == {"home": (5, 4, 0, 3, 1400), "basket": (1, 1, 1, 1, 1000)}


def test_the_rung_is_that_of_the_place_and_unknown_customers_have_a_row(document):
    assert by(document, "rung") == {"user": (5, 5, 1, 4, 2400), "popular": (1, 0, 0, 0, 0)}
    assert by(document, "position") == {1: (3, 3, 0, 2, 600), 2: (2, 2, 1, 2, 1800), 3: (1, 0, 0, 0, 0)}


def test_rates_are_of_what_was_shown_and_clicked(document):
    totals = document["totals"]
    assert (totals["ctr"], totals["cart_rate"], totals["conversion"]) == (5 / 6, 1 / 5, 4 / 5)


def test_each_thing_stands_on_the_day_on_which_it_happened(document):
    assert by(document, "day") == {
        "2026-01-01": (6, 5, 1, 2, 1800),
        "2026-01-03": (0, 0, 0, 1, 300),
        "2026-01-04": (0, 0, 0, 1, 300),
    }


def test_the_shop_s_whole_revenue_stands_beside_it(document):
    # o-old stands before the report begins? No: 90 days back. Its 9999 are the shop's, of no recommendation.
    assert document["shop"] == {
        "orders": 6,
        "revenue_minor": 1000 + 700 + 1000 + 800 + 600 + 9999,
        "attributed_orders": 4,
        "attributed_share": 2400 / 14099,
    }


def test_a_wider_window_takes_bob_in(lake):
    found = measure(fill(lake, EVENTS, ORDERS), lake, replace(RULE, click_days=8))
    assert counts(found["totals"])[3:] == (5, 3400)


@pytest.mark.parametrize(("hours", "purchases"), [(7 * DAY, 1), (7 * DAY + 0.001, 0), (0, 1), (-0.001, 0)])
def test_the_window_ends_after_exactly_seven_times_24_hours(lake, hours, purchases):
    manifest = fill(lake, [click("mug", 0, who="a")], [line("o", hours, "mug", 5, who="a")])
    assert measure(manifest, lake, RULE)["totals"]["purchases"] == purchases


AGAIN = [click("mug", 0, who="a"), click("mug", 8 * DAY + 1, who="a")]
LATE = [line("o", 8 * DAY + 3, "mug", 5, who="a")]


def test_a_second_click_on_the_same_tile_is_the_last_click(lake):
    events = [*AGAIN, click("mug", 2 * DAY, of=BASKET, who="a")]
    found = by(measure(fill(lake, events, LATE), lake, RULE), "placement")
    assert found == {"home": (0, 1, 0, 1, 5), "basket": (0, 1, 0, 0, 0)}


def test_a_click_counts_once_but_each_begins_a_window(lake):
    assert counts(measure(fill(lake, AGAIN, LATE), lake, RULE)["totals"]) == (0, 1, 0, 1, 5)


def test_being_seen_again_begins_a_window_too(lake):
    events = [shown("mug", 0, who="a"), shown("mug", 8 * DAY, who="a")]
    found = measure(fill(lake, events, LATE), lake, replace(RULE, view_days=1))["totals"]
    assert (found["impressions"], found["view_through"]["purchases"]) == (1, 1)


def test_what_was_only_seen_is_told_apart(lake):
    found = measure(fill(lake, EVENTS, ORDERS), lake, replace(RULE, view_days=1))["totals"]
    # Ann's bowl was shown and never clicked; her mug was clicked, and is not counted again.
    assert found["view_through"] == {"purchases": 1, "revenue_minor": 700}
    assert counts(found)[3:] == (4, 2400)


def test_a_source_that_knows_days_only_places_its_orders_at_the_end_of_the_day(lake):
    order = line("o", -9, "mug", 5, who="a")  # midnight of the day on which the click came at nine
    found = measure(fill(lake, [click("mug", 0, who="a")], [order]), lake, RULE)
    assert (found["totals"]["purchases"], by(found, "day")["2026-01-01"][3]) == (1, 1)


def test_putting_it_into_the_basket_where_it_is_shown_is_a_click(lake):
    events = [shown("mug", 0, who="a"), event("cart_add", 1, product="mug", of=HOME, position=1, who="a")]
    found = measure(fill(lake, events, [line("o", 2, "mug", 5, who="a")]), lake, RULE)
    assert counts(found["totals"]) == (1, 1, 1, 1, 5)


def test_an_order_of_two_possible_buyers_counts_once_for_the_later_click(lake):
    events = [
        click("mug", 0, who="a"),
        click("mug", 1, visit="g", of=BASKET),
        event("purchase", 2, visit="g", order_id="o"),
    ]
    found = measure(fill(lake, events, [line("o", 2, "mug", 5, who="a")]), lake, RULE)
    assert by(found, "placement") == {"home": (0, 1, 0, 0, 0), "basket": (0, 1, 0, 1, 5)}


def test_segments_are_those_of_the_live_run(lake):
    path = lake.store.root / "runs/live/segments/customers.parquet"
    path.parent.mkdir(parents=True)
    duckdb.sql(f"COPY (SELECT 'ann' AS customer_id, 'champions' AS segment_id) TO '{path}'")
    found = measure(fill(lake, EVENTS, ORDERS, live_runs={"segments": "live"}), lake, RULE)
    assert by(found, "segment") == {
        "champions": (3, 2, 1, 1, 1000),
        "none": (2, 2, 0, 2, 600),  # Bob, and Cid who signed in later
        "anonymous": (1, 1, 0, 1, 800),
    }


def test_online_figures_stand_beside_the_offline_ones(lake):
    measured = {"ndcg_at_10": {"value": 0.1, "low": 0.09, "high": 0.11}}
    write_json(lake.store, "models/als/g1/model.json", {"metrics": {"metrics": measured}})
    found = measure(fill(lake, EVENTS, ORDERS), lake, RULE)
    (version,) = found["versions"]
    assert (version["model"], version["generation"], version["ctr"]) == ("als", "g1", 5 / 6)
    assert version["offline"] == {
        "ndcg_at_10": measured["ndcg_at_10"],
        "recall_at_10": None,
        "hit_rate_at_10": None,
    }


def test_what_is_left_out_is_counted(lake):
    odd = [
        event("click", 0, product="mug", who="a", channel="Recommendation / home"),
        event("click", 0, product="mug", who="a", of="r1~als"),
        event("impression", 0, who="a", of=rid(3, rungs="", model="")),
        event("click", 0, who="a", of=HOME),
        click("mug", 0, who="a", position=None),
        event("click", 0, product="mug", of=HOME),
        event("view", 0, product="mug"),  # recommendations are not judged by views
        event("click", -100 * DAY, product="mug", of=HOME),  # before the report's days
    ]
    found = measure(fill(lake, odd, [line("o", 1, "mug", 5)]), lake, RULE)
    notes = found["coverage"].pop("notes")
    assert found["coverage"] == {
        "with_id": 3,
        "without_id": 1,
        "unreadable_ids": 1,
        "control_impressions": 1,
        "without_product": 1,
        "without_position": 1,
        "without_visitor": 1,
        "of_unknown_versions": 0,
        "orders_of_nobody": 1,
        "without_impression": 1,
    }
    assert len(notes) == 7
    assert "1 events name neither customer nor session, and count for nothing" in notes
    assert notes[0].startswith("1 events of recommendations name no recommendation_id")
    assert by(found, "rung") == {None: (0, 1, 0, 0, 0)}


def test_without_events_it_says_what_to_do(lake):
    found = measure(fill(lake, [event("view", 0, who="a")], [line("o", 1, "mug", 5)]), lake, RULE)
    assert "recommendation_id" in found["reason"]
    assert counts(found["totals"]) == (0, 0, 0, 0, 0)
    assert found["by"]["model"] == []


def test_too_few_impressions_give_no_rate(lake):
    found = measure(fill(lake, EVENTS, ORDERS), lake, AttributionOptions())
    assert found["reason"] == "not enough data: 6 impressions, and rates are given from 100 on"
    assert found["reason_code"] == "few_impressions"
    assert found["reason_values"] == {"impressions": 6, "least": 100}
    assert (found["totals"]["ctr"], found["totals"]["is_enough"]) == (None, False)


def test_a_report_does_not_grow_with_ids_that_anyone_posts(lake):
    events = [shown("mug", 0, of=rid(n, model=f"forged-{n}"), who="a") for n in range(130)]
    found = measure(fill(lake, events, [line("o", 1, "mug", 5)]), lake, RULE)
    rows = found["by"]["model"]
    assert len(rows) == 101
    assert (rows[-1]["model"], rows[-1]["impressions"]) == ("(others)", 30)


def test_the_step_writes_the_report_without_anybody_s_id(lake):
    fill(lake, EVENTS, ORDERS, monitor={"attribution": {"least_impressions": 1}})
    answer = effectiveness("run", lake)
    assert answer == {"impressions": 6, "clicks": 5, "purchases": 4, "revenue_minor": 2400}
    content = lake.store.read_bytes("runs/run/monitor/effectiveness.json").decode()
    assert not [name for name in ("ann", "bob", "g-1", "s-cid", "o-ann") if f'"{name}"' in content]
    assert read_json(lake.store, "runs/run/monitor/effectiveness.json")["totals"]["ctr"] == 5 / 6


def test_at_is_what_the_rows_say():
    assert at(24) == "2026-01-02T09:00:00+00:00"
