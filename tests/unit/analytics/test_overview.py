"""The overview, held against the order lines themselves and against what a person works out."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from analytics_support import AS_OF, MemoryTable, document_items
from hypothesis import given
from hypothesis import strategies as st

from patronage.errors import BadField, NotFound
from patronage.logic.segments.overview_days import buyers_in, pack_buyers
from patronage.steps import analytics
from patronage.stores.lake import Lake
from tests_support import NOW

FIRST = date(2025, 6, 1)
FIGURES = ("net_minor", "orders", "aov_minor", "customers", "new_customers", "returning_customers")


def small(**more) -> MemoryTable:
    """Publish six days by hand: each sells 100 more than the one before, to a new customer, but for day 5."""
    nets = [100, 200, 300, 400, 0, 600]
    days = [
        {"day": str(FIRST + timedelta(days=n)), "net_minor": net, "orders": 1 if net else 0}
        for n, net in enumerate(nets)
    ]
    kept = {
        "begun": str(FIRST),
        "first": str(FIRST),
        "last": "2025-06-06",
        "buyers": {
            "first": [1, 1, 0, 0, 0, 0],
            "second": [[], [], [2, 1], [], [], [4, 1]],
            "later": [[], [], [], [1, 1], [], []],
        },
        "countries": [{"value": "France", "at": [0, 2, 3, 5], "net_minor": [100, 300, 400, 100]}],
        "categories": [],
        "products": [
            {"value": "p1", "name": "Cup", "at": [1, 5], "net_minor": [200, 600]},
            {"value": "p2", "name": "Pan", "at": [0, 2, 3], "net_minor": [100, 300, 400]},
        ],
        "kept": {"countries": {"kept": 1, "of": 1}},
    }
    migration = {
        "from_run": "before",
        "from_as_of": "2025-05-31",
        "moves": [
            {"from_segment_id": "lost", "to_segment_id": "champions", "customers": 3},
            {"from_segment_id": "lost", "to_segment_id": "lost", "customers": 5},
            {"from_segment_id": None, "to_segment_id": "champions", "customers": 1},
        ],
    }
    marks = [{"day": "2025-06-04", "name": "Feast", "country": None, "of": None, "net_minor": 400}]
    documents = {
        "overview": kept,
        "sales-days": {"days": days},
        "sales-calendar": {"days": marks},
        "migration": migration,
        **more,
    }
    table = MemoryTable()
    for name, document in documents.items():
        table.put(*document_items("run", name, document))
    table.flip("run")
    return table


def ask(table: MemoryTable, **asked) -> dict:
    return analytics.overview(table.reader(), now=NOW, **asked)


def day(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


def test_a_period_by_hand():
    answer = ask(small(), start=day(4), end=day(6))
    assert answer["period"] == {"start": "2025-06-04", "end": "2025-06-06", "days": 3}
    assert answer["previous"] == {"start": "2025-06-01", "end": "2025-06-03"}
    assert answer["previous_reason"] is None
    assert answer["net_minor"] == {"value": 1000, "previous": 600, "change": pytest.approx(2 / 3)}
    assert answer["orders"] == {"value": 2, "previous": 3, "change": pytest.approx(-1 / 3)}
    assert answer["aov_minor"] == {"value": 500, "previous": 200, "change": 1.5}
    # before: both for the first time, one of them again; since: that one again, and the other again
    assert answer["customers"] == {"value": 2, "previous": 2, "change": 0}
    assert answer["new_customers"] == {"value": 0, "previous": 2, "change": -1}
    assert answer["returning_customers"] == {"value": 2, "previous": 1, "change": 1}
    assert answer["marks"] == [{"day": "2025-06-04", "name": "Feast", "country": None}]
    assert (answer["generation"], answer["as_of"], answer["currency"]) == ("run", AS_OF, "GBP")


def test_what_changed_is_said_with_the_figures_it_is_made_of():
    changes = ask(small(), start=day(4), end=day(6))["changes"]
    assert [(each["kind"], each["id"], each["value"], each["previous"]) for each in changes] == [
        ("net_minor", None, 1000, 600),
        ("orders", None, 2, 3),
        ("new_customers", None, 0, 2),
        ("returning_customers", None, 2, 1),
        ("country", "France", 500, 400),
        ("product", "p1", 600, 200),
        ("segment", "champions", 4, 0),
        ("segment", "lost", 5, 8),
    ]
    assert [each["text"] for each in changes] == [
        "Net revenue rose by 66.7% to GBP 10.00: GBP 4.00 more than in the 3 days before.",
        "2 orders, 1 fewer than in the 3 days before; an order brings GBP 5.00, GBP 3.00 more.",
        "0 customers bought for the first time, 2 fewer than in the 3 days before.",
        "2 customers came back, 1 more than in the 3 days before.",
        "France brought GBP 5.00: GBP 1.00 more than in the 3 days before (+25.0%).",
        "Cup brought GBP 6.00: GBP 4.00 more than in the 3 days before (+200.0%).",
        "Champions grew by 4 to 4 customers since 2025-05-31.",
        "Lost shrank by 3 to 5 customers since 2025-05-31.",
    ]
    assert all(each["difference"] == each["value"] - each["previous"] for each in changes)
    assert {each["since"] for each in changes if each["kind"] == "segment"} == {"2025-05-31"}


def test_one_is_no_plural_in_what_changed():
    moves = [
        {"from_segment_id": "lost", "to_segment_id": "champions", "customers": 1},
        {"from_segment_id": "lost", "to_segment_id": "lost", "customers": 1},
    ]
    table = small(migration={"from_run": "before", "from_as_of": "2025-05-31", "moves": moves})
    texts = [each["text"] for each in ask(table, start=day(6), end=day(6))["changes"]]
    assert texts[1] == "1 order, 1 more than in the day before."
    assert texts[-1] == "Lost shrank by 1 to 1 customer since 2025-05-31."


def test_the_top_of_a_period_is_what_sold_in_it():
    top = ask(small(), start=day(4), end=day(6))["top"]
    assert top["products"] == [
        {"product_id": "p1", "name": "Cup", "value": 600, "previous": 200, "change": 2.0},
        {"product_id": "p2", "name": "Pan", "value": 400, "previous": 400, "change": 0.0},
    ]
    assert top["countries"] == [
        {"country": "France", "name": "France", "value": 500, "previous": 400, "change": 0.25}
    ]
    assert top["categories"] == []


def test_one_day_is_held_against_the_day_before():
    answer = ask(small(), start=day(5), end=day(5))
    assert [each["text"] for each in answer["changes"][:2]] == [
        "Net revenue fell by 100.0% to GBP 0.00: GBP 4.00 less than in the day before.",
        "0 orders, 1 fewer than in the day before.",
    ]
    assert answer["aov_minor"] == {"value": None, "previous": 400, "change": None}


def test_without_a_whole_period_before_nothing_is_compared_and_the_reason_says_why():
    answer = ask(small(), start=day(2), end=day(4))
    assert answer["previous"] is None
    assert "begin on 2025-06-01, and the period before on 2025-05-30" in answer["previous_reason"]
    assert answer["net_minor"] == {"value": 900, "previous": None, "change": None}
    assert [each["kind"] for each in answer["changes"]] == ["segment", "segment"]
    assert {each["previous_net_minor"] for each in answer["trend"]} == {None}
    assert answer["top"]["products"][0]["previous"] is None


def test_the_trend_by_hand():
    answer = ask(small(), start=day(4), end=day(6), grain="week")  # 1 June 2025 is a Sunday
    assert answer["trend"] == [
        {
            "begins": "2025-06-02",
            "start": "2025-06-04",
            "end": "2025-06-06",
            "net_minor": 1000,
            "orders": 2,
            "aov_minor": 500,
            "previous_net_minor": 600,
        }
    ]
    days = ask(small(), start=day(4), end=day(6))
    assert days["grain"] == "day"
    assert [(row["begins"], row["net_minor"], row["previous_net_minor"]) for row in days["trend"]] == [
        ("2025-06-04", 400, 100),
        ("2025-06-05", 0, 200),
        ("2025-06-06", 600, 300),
    ]


@pytest.mark.parametrize(
    ("asked", "period"),
    [
        ({}, ("2025-06-01", "2025-06-06")),
        ({"start": day(5)}, ("2025-06-05", "2025-06-06")),
        ({"end": day(3)}, ("2025-06-01", "2025-06-03")),
        ({"start": date(1, 1, 1), "end": date(9999, 12, 31)}, ("2025-06-01", "2025-06-06")),
        ({"end": date(9999, 12, 31)}, ("2025-06-01", "2025-06-06")),
    ],
    ids=str,
)
def test_a_period_is_cut_to_the_days_that_are_kept(asked, period):
    found = ask(small(), **asked)["period"]
    assert (found["start"], found["end"]) == period


@pytest.mark.parametrize(
    ("asked", "field", "rule"),
    [
        ({"grain": "year"}, "grain", "one-of"),
        ({"start": day(3), "end": day(2)}, "start", "range"),
        ({"start": day(7)}, "start", "not-kept"),
        ({"end": day(0)}, "end", "not-kept"),
        ({"end": date(1, 1, 1)}, "end", "not-kept"),
        ({"start": date(9999, 12, 31)}, "start", "not-kept"),
    ],
    ids=str,
)
def test_what_is_not_kept_is_refused(asked, field, rule):
    with pytest.raises(BadField) as refused:
        ask(small(), **asked)
    assert (refused.value.field, refused.value.rule) == (field, rule)


def test_segments_are_silent_without_a_run_before():
    table = small(migration={"from_run": None, "moves": []})
    assert "segment" not in {each["kind"] for each in ask(table)["changes"]}


def test_a_generation_from_before_says_how_to_get_one():
    table = MemoryTable()
    table.flip("run")
    with pytest.raises(NotFound, match="published without overview; it comes with the next run"):
        ask(table)


VISITS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30)), max_size=60)


@given(visits=VISITS, start=st.integers(0, 30), length=st.integers(0, 30))
def test_different_customers_of_any_span_equal_a_count_of_them(visits, start, length):
    """Pack who bought when as SQL does, and count the customers of a span one by one."""
    end = min(30, start + length)
    by_customer: dict[int, list[int]] = {}
    for customer, place in sorted(set(visits)):
        by_customer.setdefault(customer, []).append(place)
    cells: dict[tuple, int] = {}
    for places in by_customer.values():
        for number, place in enumerate(places):
            kind = ("first", "second")[number] if number < 2 else "later"
            gap = place - places[number - 1] if number else 0
            cells[place, kind, gap] = cells.get((place, kind, gap), 0) + 1
    rows = [
        {"day": day(place + 1), "kind": kind, "gap_days": gap, "customers": count}
        for (place, kind, gap), count in sorted(cells.items())
    ]
    within = {customer: [p for p in places if start <= p <= end] for customer, places in by_customer.items()}
    found = buyers_in(pack_buyers(rows, FIRST, 31), start, end)
    assert found.customers == sum(bool(places) for places in within.values())
    assert found.new_customers == sum(by_customer[c][0] in places for c, places in within.items())
    assert found.returning_customers == sum(
        any(place != by_customer[customer][0] for place in places) for customer, places in within.items()
    )


@pytest.fixture(scope="module")
def lines(published) -> pd.DataFrame:
    """Return the order lines of the lake, with the shop's day."""
    rows = pd.concat(
        pd.read_parquet(path) for path in Lake(published.store).snapshot("orders").files()
    ).reset_index()
    rows["day"] = rows.ordered_at.dt.tz_convert("Europe/London").dt.date
    return rows


def worked_out(lines: pd.DataFrame, start: date, end: date) -> dict:
    """Return the figures of a period from the order lines, by pandas."""
    bought = lines[(lines.kind == "sale") & (lines.net_minor > 0)]
    first = bought.groupby("customer_id").day.min()
    within = lines[(lines.day >= start) & (lines.day <= end)]
    sold = within[(within.kind == "sale") & (within.net_minor > 0)]
    known = sold[sold.customer_id.notna()]
    orders, net = sold.order_id.nunique(), within.net_minor.sum()
    again = known[known.day.to_numpy() > first.loc[known.customer_id].to_numpy()]
    return {
        "net_minor": net,
        "orders": orders,
        "aov_minor": net / orders if orders else None,
        "customers": known.customer_id.nunique(),
        "new_customers": first.between(start, end).sum(),
        "returning_customers": again.customer_id.nunique(),
    }


@pytest.mark.parametrize(
    ("start", "days"), [(date(2025, 11, 21), 30), (date(2025, 5, 3), 45), (date(2025, 9, 1), 1)]
)
def test_any_period_of_a_run_equals_its_order_lines(published, lines, start, days):
    end = start + timedelta(days=days - 1)
    before = start - timedelta(days=days)
    answer = ask(published.table, start=start, end=end)
    now, then = worked_out(lines, start, end), worked_out(lines, before, start - timedelta(days=1))
    for name in FIGURES:
        assert answer[name]["value"] == pytest.approx(now[name]), name
        assert answer[name]["previous"] == pytest.approx(then[name]), name
    within = lines[(lines.day >= start) & (lines.day <= end)]
    for id_name, name in (("country", "countries"), ("product_id", "products")):
        expected = within.groupby(id_name).net_minor.sum()
        found = {row[id_name]: row["value"] for row in answer["top"][name]}
        assert found == expected[expected > 0].to_dict()  # so few are all kept
    moved = [each for each in answer["changes"] if each["kind"] == "product"]
    earlier = lines[(lines.day >= before) & (lines.day < start)].groupby("product_id").net_minor.sum()
    nets = within.groupby("product_id").net_minor.sum()
    differences = nets.sub(earlier, fill_value=0).abs().sort_values(ascending=False)
    differences = differences[differences > 0]
    assert [abs(each["difference"]) for each in moved] == differences.head(3).tolist()


def test_the_trend_sums_to_the_period_and_to_the_one_before(published):
    for grain in ("day", "week", "month"):
        answer = ask(published.table, start=date(2025, 7, 9), end=date(2025, 11, 30), grain=grain)
        for name, wanted in (("net_minor", "value"), ("previous_net_minor", "previous")):
            assert sum(row[name] for row in answer["trend"]) == answer["net_minor"][wanted]
        assert sum(row["orders"] for row in answer["trend"]) == answer["orders"]["value"]


def test_a_month_is_the_month_of_the_sales(published):
    (month,) = (row for row in published.output("metrics/sales.json")["months"] if row["month"] == "2025-10")
    answer = ask(published.table, start=date(2025, 10, 1), end=date(2025, 10, 31))
    assert {name: answer[name]["value"] for name in FIGURES} == {name: month[name] for name in FIGURES}


def test_nobody_asked_shows_the_last_thirty_days_that_are_over(published):
    assert ask(published.table)["period"] == {"start": "2025-11-21", "end": "2025-12-20", "days": 30}
