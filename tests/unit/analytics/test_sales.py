"""Sales as somebody asks for them: whatever the way, the parts sum to the whole, to the penny."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest
from analytics_support import AS_OF, MemoryTable, document_items, summary_of
from hypothesis import given
from hypothesis import strategies as st

from patronage.errors import BadField
from patronage.steps import analytics
from tests_support import NOW


def month(name: str, net: int, orders: int, **more) -> dict:
    row = {"net_minor": net, "orders": orders, "customers": 1, "aov_minor": net / orders if orders else None}
    return {"month": name, "begins": f"{name}-01", "is_running": False, **row, **more}


def small() -> MemoryTable:
    """Publish six months of a shop by hand, the last of them running."""
    table = MemoryTable()
    nets = [(1000, 2), (300, 1), (0, 0), (-50, 0), (700, 3), (5, 1)]
    months = [month(f"2025-{number:02d}", *values) for number, values in enumerate(nets, start=5)]
    months[-1]["is_running"] = True
    whole = {"net_minor": 1955, "orders": 7, "customers": 4}
    sales = {
        "totals": whole,
        "months": months,
        "countries": [
            {"country": "France", "net_minor": 1255, "orders": 5, "customers": 3, "is_rest": False},
            {"country": None, "net_minor": 700, "orders": 2, "customers": None, "is_rest": True},
        ],
        "products": [
            {"product_id": "a#b", "net_minor": 1900, "orders": 7, "is_rest": False},
            {"product_id": None, "net_minor": 50, "orders": None, "is_rest": True},
        ],
        "fees": [{"fee": "post", "net_minor": 5, "line_count": 1, "is_rest": False}],
        "categories": [],
    }
    slices = {
        "country": [
            sliced("France", month("2025-05", 600, 1), month("2025-09", 655, 4)),
            sliced(None, month("2025-05", 400, 1), month("2025-06", 300, 1)),
        ],
        "product": [
            sliced("a#b", bare("2025-05", 950, 2), bare("2025-09", 950, 5), name="A", category="Cups"),
            sliced(None, bare("2025-05", 50, None), bare("2025-09", 0, None), name=None, category=None),
        ],
        "fee": [sliced("post", bare("2025-10", 5, None))],
        "category": [],
    }
    documents = {f"sales-by-{by}": {"slices": each} for by, each in slices.items()} | {"sales": sales}
    table.put(
        summary_of("run"),
        *(item for name, each in documents.items() for item in document_items("run", name, each)),
    )
    table.flip("run")
    return table


def sliced(value: str | None, *months: dict, **words) -> dict:
    return {"value": value, "is_rest": value is None, **words, "months": list(months)}


def bare(name: str, net: int, orders: int | None) -> dict:
    row = {"month": name, "begins": f"{name}-01", "is_running": False, "net_minor": net}
    return row | ({} if name == "2025-10" else {"orders": orders})


def ask(table: MemoryTable, **asked) -> dict:
    return analytics.sales(table.reader(), now=NOW, **asked)


def nets(answer: dict, name: str) -> list[tuple]:
    return [(row[name], row["net_minor"]) for row in answer["rows"]]


def test_months_by_hand():
    answer = ask(small(), start=date(2025, 6, 30), end=date(2025, 9, 1))
    rows = answer.pop("rows")
    assert [row["month"] for row in rows] == ["2025-06", "2025-07", "2025-08", "2025-09"]
    assert answer == {
        "by": "period",
        "grain": "month",
        "of": None,
        "covers": {"start": "2025-06-01", "end": "2025-09-30"},
        "next_cursor": None,
        "totals": {"net_minor": 950, "orders": 4, "aov_minor": 237.5},
        "shop_net_minor": 1955,
        "generation": "run",
        "as_of": AS_OF,
        "age_seconds": 3600,
        "currency": "GBP",
    }


def test_quarters_are_months_summed_and_a_customer_of_two_months_is_not_counted_twice():
    answer = ask(small(), grain="quarter")
    assert nets(answer, "quarter") == [("2025-Q2", 1300), ("2025-Q3", 650), ("2025-Q4", 5)]
    second, third, fourth = answer["rows"]
    assert (second["begins"], second["is_running"], second["customers"]) == ("2025-04-01", False, None)
    assert (third["orders"], third["aov_minor"], third["is_running"]) == (3, 650 / 3, False)
    assert fourth["is_running"]
    assert answer["covers"] == {"start": "2025-04-01", "end": "2025-12-31"}


def test_a_year_is_running_until_it_is_over():
    (year,) = ask(small(), grain="year", start=date(2025, 12, 31), end=date(2025, 12, 31))["rows"]
    assert (year["year"], year["begins"], year["net_minor"], year["is_running"]) == (
        "2025",
        "2025-01-01",
        1955,
        True,
    )


def test_countries_of_some_months():
    answer = ask(small(), by="country", start=date(2025, 6, 1), end=date(2025, 9, 30))
    assert nets(answer, "country") == [("France", 655), (None, 300)]
    assert answer["rows"][0]["customers"] is None
    assert answer["totals"]["net_minor"] == 955
    assert answer["covers"] == {"start": "2025-06-01", "end": "2025-09-30"}


def test_countries_of_all_time_and_by_month():
    answer = ask(small(), by="country")
    assert nets(answer, "country") == [("France", 1255), (None, 700)]
    assert answer["covers"] == {"start": None, "end": None}
    answer = ask(small(), by="country", grain="month")
    assert [(row["country"], row["month"], row["net_minor"]) for row in answer["rows"]] == [
        ("France", "2025-05", 600),
        ("France", "2025-09", 655),
        (None, "2025-05", 400),
        (None, "2025-06", 300),
    ]
    assert answer["totals"]["net_minor"] == 1955


def test_products_of_some_months_keep_name_and_rest():
    answer = ask(small(), by="product", start=date(2025, 6, 1))
    named, rest = answer["rows"]
    assert named == {
        "product_id": "a#b",
        "name": "A",
        "category": "Cups",
        "is_rest": False,
        "net_minor": 950,
        "orders": 5,
    }
    assert (rest["product_id"], rest["is_rest"], rest["net_minor"], rest["orders"]) == (None, True, 0, None)
    assert answer["totals"] == {"net_minor": 950}
    assert answer["covers"] == {"start": "2025-06-01", "end": None}
    assert nets(ask(small(), by="fee", end=date(2025, 9, 30)), "fee") == []
    assert ask(small(), by="category", start=date(2025, 6, 1))["rows"] == []


def test_orders_of_two_products_are_not_added_for_one_order_may_hold_both():
    table = small()
    rows = [{"product_id": each, "net_minor": 5, "orders": 1, "is_rest": False} for each in "ab"]
    sales = {"totals": {"net_minor": 10}, "months": [], "products": rows}
    table.put(*document_items("run", "sales", sales))
    assert ask(table, by="product")["totals"] == {"net_minor": 10}


def test_the_months_of_one_product_by_hand():
    answer = ask(small(), product_id="a#b", start=date(2025, 8, 5), end=date(2025, 10, 1))
    assert answer["rows"] == [
        {"month": "2025-08", "begins": "2025-08-01", "is_running": False, "net_minor": 0, "orders": 0},
        {"month": "2025-09", "begins": "2025-09-01", "is_running": False, "net_minor": 950, "orders": 5},
        {"month": "2025-10", "begins": "2025-10-01", "is_running": True, "net_minor": 0, "orders": 0},
    ]
    assert answer["of"] == {"product_id": "a#b", "name": "A", "category": "Cups"}
    assert answer["totals"] == {"net_minor": 950, "orders": 5}
    assert (answer["by"], answer["grain"]) == ("period", "month")
    assert answer["covers"] == {"start": "2025-08-01", "end": "2025-10-31"}


def test_the_quarters_of_one_country_by_hand():
    answer = ask(small(), country="France", grain="quarter")
    assert nets(answer, "quarter") == [("2025-Q2", 600), ("2025-Q3", 655), ("2025-Q4", 0)]
    third = answer["rows"][1]
    assert (third["orders"], third["aov_minor"], third["customers"]) == (4, 655 / 4, None)
    assert answer["rows"][2]["is_running"]
    assert answer["of"] == {"country": "France"}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"product_id": "x"}, "product_id is 'x', which is none of the 1 products .* Athena"),
        ({"country": "Zoëland"}, "ask by country for what there is"),
        ({"category": "Cups"}, "none of the 0 categories"),
    ],
    ids=str,
)
def test_a_value_without_months_is_refused_with_where_to_look(asked, says):
    with pytest.raises(BadField, match=says) as refused:
        ask(small(), **asked)
    assert (refused.value.field, refused.value.rule) == (next(iter(asked)), "not-kept")


def test_products_and_fees_are_the_whole():
    products, fees = ask(small(), by="product"), ask(small(), by="fee")
    assert products["totals"] == {"net_minor": 1950}
    assert products["totals"]["net_minor"] + fees["totals"]["net_minor"] == products["shop_net_minor"]
    assert ask(small(), by="category")["rows"] == []


def test_a_time_without_sales_is_empty():
    answer = ask(small(), start=date(2030, 1, 1))
    assert (answer["rows"], answer["totals"], answer["covers"]) == (
        [],
        {"net_minor": 0},
        {"start": None, "end": None},
    )


@pytest.mark.parametrize(
    ("asked", "field", "rule"),
    [
        ({"by": "magic"}, "by", "one-of"),
        ({"grain": "hour"}, "grain", "one-of"),
        ({"start": date(2025, 2, 1), "end": date(2025, 1, 1)}, "start", "range"),
        ({"by": "product", "grain": "quarter"}, "grain", "not-kept"),
        ({"by": "channel", "start": date(2025, 1, 2)}, "start", "whole-months"),
        ({"by": "fee", "end": date(2025, 1, 1)}, "end", "whole-months"),
        ({"by": "country", "grain": "day"}, "grain", "not-kept"),
        ({"by": "country", "product_id": "a#b"}, "product_id", "not-kept"),
        ({"by": "country", "country": "France"}, "country", "not-kept"),
        ({"country": "France", "product_id": "a#b"}, "product_id", "one-of"),
        ({"product_id": "a#b", "grain": "week"}, "grain", "not-kept"),
        ({"product_id": "a#b", "grain": "day"}, "grain", "not-kept"),
        ({"by": "country", "start": date(2025, 1, 2)}, "start", "whole-months"),
        ({"by": "country", "end": date(2025, 1, 30)}, "end", "whole-months"),
        ({"limit": 0}, "limit", "range"),
        ({"cursor": "?"}, "cursor", "cursor"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_can(asked, field, rule):
    with pytest.raises(BadField) as refused:
        ask(small(), **asked)
    assert (refused.value.field, refused.value.rule) == (field, rule)


@pytest.mark.parametrize("end", [date(2024, 2, 29), date(9999, 12, 31), date(2025, 4, 30)])
def test_the_last_day_of_a_month_is_one(end):
    ask(small(), by="country", end=end)


@pytest.mark.parametrize(
    "asked",
    [
        {"grain": "day"},
        {"grain": "week"},
        {"grain": "month"},
        {"grain": "quarter"},
        {"grain": "year"},
        {"by": "country"},
        {"by": "country", "grain": "month"},
        {"by": "channel"},
        {"by": "channel", "grain": "month"},
        {"by": "channel", "start": date(2025, 1, 1)},
    ],
    ids=str,
)
def test_the_parts_sum_to_the_whole(published, asked):
    answer = ask(published.table, limit=1000, **asked)
    whole = published.output("metrics/sales.json")["totals"]
    assert sum(row["net_minor"] for row in answer["rows"]) == whole["net_minor"] == answer["shop_net_minor"]
    for name in ("net_minor", "orders", "sale_minor", "cancellation_minor", "guest_net_minor", "line_count"):
        assert answer["totals"][name] == whole[name], name
    assert answer["totals"]["aov_minor"] == whole["aov_minor"]


@pytest.mark.parametrize("asked", [{}, {"grain": "month"}, {"end": date(2025, 12, 31)}], ids=str)
def test_products_and_fees_of_a_run_are_the_whole(published, asked):
    answers = [ask(published.table, by=by, **asked) for by in ("product", "fee")]
    assert sum(answer["totals"]["net_minor"] for answer in answers) == answers[0]["shop_net_minor"]


@given(
    grain=st.sampled_from(["day", "week", "month", "quarter", "year"]),
    start=st.dates(date(2025, 1, 1), date(2026, 1, 31)),
    days=st.integers(0, 120),
    limit=st.integers(1, 50),
)
def test_pages_of_a_part_of_the_time_are_its_days(published, grain, start, days, limit):
    asked = {"grain": grain, "start": start, "end": start + timedelta(days=days)}
    rows, cursor = [], None
    while True:
        answer = ask(published.table, limit=limit, cursor=cursor, **asked)
        rows += answer["rows"]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
        assert len(answer["rows"]) == limit
    assert sum(row["net_minor"] for row in rows) == answer["totals"]["net_minor"]
    covers = answer["covers"]
    by_day = {row["day"]: row["net_minor"] for row in published.output("metrics/sales_days.json")["days"]}
    within = [net for day, net in by_day.items() if rows and covers["start"] <= day <= covers["end"]]
    assert answer["totals"]["net_minor"] == sum(within)
    if rows:
        assert covers["start"] <= max(asked["start"].isoformat(), min(by_day))
        assert covers["end"] >= min(asked["end"].isoformat(), max(by_day))


def test_a_cursor_goes_on_after_a_flip_and_is_good_for_one_question(published):
    table = MemoryTable()
    table.items = dict(published.table.items)
    table.flip(published.first)
    answer = ask(table, grain="day", limit=10)
    table.flip(published.live)
    following = ask(table, grain="day", limit=10, cursor=answer["next_cursor"])
    assert following["generation"] == published.first
    assert following["rows"][0]["day"] > answer["rows"][-1]["day"]
    for other in ({"grain": "week"}, {"product_id": "p1"}):
        with pytest.raises(BadField, match="another question"):
            ask(table, **other, cursor=answer["next_cursor"])
    table.forget(published.first)
    with pytest.raises(BadField) as refused:
        ask(table, grain="day", cursor=answer["next_cursor"])
    assert refused.value.rule == "cursor-expired"


def test_countries_of_months_equal_the_order_lines(published):
    from patronage.stores.lake import Lake

    files = [str(path) for path in Lake(published.store).snapshot("orders").files()]
    lines = duckdb.sql(
        "SELECT country, CAST(SUM(net_minor) AS BIGINT) FROM read_parquet($files) "
        "WHERE ordered_at >= '2025-04-01' AND ordered_at < '2025-06-01' GROUP BY country",
        params={"files": files},
    ).fetchall()
    answer = ask(published.table, by="country", start=date(2025, 4, 1), end=date(2025, 5, 31))
    assert dict(nets(answer, "country")) == dict(lines)
