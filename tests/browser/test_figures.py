"""Figures on the page equal the API's, and both equal the lake's."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from decimal import Decimal
from urllib.parse import quote

import duckdb
import pytest
from panel_support import csv_of, panel_of

from browser_support import ZONE
from patronage.stores.lake import Lake

pytestmark = pytest.mark.local_cloud

BOUGHT = "kind = 'sale' AND net_minor > 0"


@pytest.fixture(scope="module")
def asked(site):
    """Return a function that asks the API as a viewer."""

    def ask(path: str) -> dict:
        answer = site.api.get(f"/api/v1{path}", with_token=True)
        assert answer.status == 200, answer
        return answer.body

    return ask


@pytest.fixture(scope="module")
def lake(site):
    """Return a function that asks the lake's orders and events, and what the live run says of the customers.

    ``bought_days`` has each day on which a customer bought, counted from 1; ``visits`` has each event with
    its visitor: the customer, also the only one who is named in its session, else the session.
    """
    with (
        pytest.MonkeyPatch.context() as patched,
        closing(site.stack.lake_store()) as store,
        duckdb.connect() as connection,
    ):
        for name, value in site.stack.cloud.environment.items():
            patched.setenv(name, value)
        orders, products, events = (
            [str(path) for path in Lake(store).snapshot(table).files()]
            for table in ("orders", "products", "events")
        )
        run = site.api.get("/api/v1/segments", with_token=True).body["generation"]
        customers = str(store.staged(f"runs/{run}/segments/customers.parquet"))
        connection.execute(
            f"CREATE VIEW orders AS SELECT *, CAST(timezone('{ZONE}', ordered_at) AS DATE) AS day, "
            f"strftime(day, '%Y-%m-01') AS month FROM read_parquet({orders})"
        )
        connection.execute(
            "CREATE VIEW categories AS SELECT product_id, MIN(category) AS category "
            f"FROM read_parquet({products}) GROUP BY product_id"
        )
        connection.execute(
            "CREATE VIEW bought_days AS SELECT customer_id, day, month, "
            "ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY day) AS number "
            "FROM (SELECT DISTINCT customer_id, day, month FROM orders "
            f"WHERE {BOUGHT} AND customer_id IS NOT NULL)"
        )
        connection.execute(
            f"CREATE VIEW visits AS WITH events AS (FROM read_parquet({events}, union_by_name = true)), "
            "owners AS (SELECT session_id, MIN(customer_id) AS owner_id FROM events GROUP BY session_id "
            "HAVING COUNT(DISTINCT customer_id) = 1) "
            "SELECT events.*, COALESCE(customer_id, owner_id, 'session:' || session_id) AS visitor_id, "
            f"CAST(timezone('{ZONE}', occurred_at) AS DATE) AS day "
            "FROM events LEFT JOIN owners USING (session_id)"
        )
        connection.execute(f"CREATE VIEW customers AS FROM read_parquet('{customers}')")
        yield lambda sql: connection.execute(sql).fetchall()


def amount(text: str) -> int:
    """Return the minor units of an amount as a CSV file has it."""
    return int(Decimal(text).scaleb(2))


def column(table: list[list[str]], name: str) -> list[str]:
    """Return the cells below a heading; a file has an apostrophe before one that looks like a formula."""
    heads, *rows = table
    place = [head.removeprefix("'") for head in heads].index(name)
    return [row[place] for row in rows]


def is_rounded(text: str, minor: Decimal) -> bool:
    """Say whether an amount as a CSV file has it is this many minor units, to the half of one."""
    return abs(Decimal(text).scaleb(2) - minor) <= Decimal("0.5")


@pytest.mark.parametrize("span", ["", "?start=2025-06-01&end=2025-08-31"])
def test_the_overview_s_figures(visit, asked, lake, span):
    answer = asked(f"/analytics/overview{span}")
    within = "day BETWEEN '{start}' AND '{end}'".format(**answer["period"])
    ((net, orders, customers),) = lake(
        f"SELECT SUM(net_minor), COUNT(DISTINCT order_id) FILTER (WHERE {BOUGHT}), "
        f"COUNT(DISTINCT customer_id) FILTER (WHERE {BOUGHT}) FROM orders WHERE {within}"
    )
    page = visit().open(f"/overview{span}")
    rows = {row[0]: row[2] for row in csv_of(panel_of(page, "The period at a glance"))}
    for label, name, in_lake in (
        ("Net revenue", "net_minor", net),
        ("Orders", "orders", orders),
        ("Customers", "customers", customers),
    ):
        on_page = amount(rows[label]) if name == "net_minor" else int(rows[label])
        assert on_page == answer[name]["value"] == in_lake, label
    shown = panel_of(page, "The period at a glance").locator(".figure-value").all_inner_texts()
    assert shown[:2] == [f"€{Decimal(net) / 100:,.2f}", f"{orders:,}"]
    assert all(row["net_minor"] is not None for row in answer["trend"])
    trend = csv_of(panel_of(page, "Net revenue over time"))
    assert sum(amount(row[trend[0].index("Net revenue (EUR)")]) for row in trend[1:]) == net


def test_the_customers_and_the_money_of_the_segments(visit, asked, lake):
    page = visit().open("/segments")
    heads, *rows = csv_of(panel_of(page, "Segments"))
    places = [heads.index(name) for name in ("Segment", "Customers", "Net revenue (EUR)")]
    on_page = {row[places[0]]: (int(row[places[1]]), amount(row[places[2]])) for row in rows}
    segments = asked("/segments")["segments"]
    assert on_page == {row["name"]: (row["customers"], row["net_minor"]) for row in segments}
    in_lake = {
        segment: (count, net)
        for segment, count, net in lake(
            "SELECT customers.segment_id, COUNT(*), CAST(SUM(orders.net_minor) AS BIGINT) FROM customers "
            "JOIN (SELECT customer_id, SUM(net_minor) AS net_minor FROM orders GROUP BY 1) AS orders "
            "USING (customer_id) GROUP BY 1"
        )
    }
    assert {row["segment_id"]: (row["customers"], row["net_minor"]) for row in segments} == in_lake


def test_how_many_of_a_segment_will_buy_nothing(visit, asked, lake):
    of_page = csv_of(panel_of(visit().open("/segments"), "Segments"))
    on_page = dict(
        zip(column(of_page, "Segment"), column(of_page, "Buys nothing in 3 months (%)"), strict=True)
    )
    means = dict(lake("SELECT segment_id, AVG(churn_probability) FROM customers GROUP BY 1"))
    assert any(means.values())
    for row in asked("/segments")["segments"]:
        mean = means[row["segment_id"]]
        assert row["mean_churn_probability"] == pytest.approx(mean)
        cell = on_page[row["name"]]
        assert float(cell) == pytest.approx(100 * mean) if mean is not None else cell == ""


@pytest.mark.parametrize("span", ["", "?start=2025-06-01&end=2025-08-31"])
def test_who_is_new_and_who_came_back_and_the_average_order(visit, asked, lake, span):
    answer = asked(f"/analytics/overview{span}")
    within = "day BETWEEN '{start}' AND '{end}'".format(**answer["period"])
    ((new, returning),) = lake(
        "SELECT COUNT(DISTINCT customer_id) FILTER (WHERE number = 1), "
        f"COUNT(DISTINCT customer_id) FILTER (WHERE number > 1) FROM bought_days WHERE {within}"
    )
    ((net, orders),) = lake(
        f"SELECT SUM(net_minor), COUNT(DISTINCT order_id) FILTER (WHERE {BOUGHT}) FROM orders WHERE {within}"
    )
    assert new > 0
    assert returning > 0
    page = visit().open(f"/overview{span}")
    rows = {row[0]: row[2] for row in csv_of(panel_of(page, "The period at a glance"))}
    assert int(rows["New customers"]) == answer["new_customers"]["value"] == new
    assert int(rows["Returning customers"]) == answer["returning_customers"]["value"] == returning
    assert answer["aov_minor"]["value"] == pytest.approx(float(net) / orders)
    assert is_rounded(rows["Average order value"], Decimal(net) / orders)


def test_sales_in_total_and_by_month(visit, asked, lake):
    in_lake = lake(
        f"SELECT month, SUM(net_minor), COUNT(DISTINCT order_id) FILTER (WHERE {BOUGHT}), "
        f"COUNT(DISTINCT customer_id) FILTER (WHERE {BOUGHT}) FROM orders GROUP BY 1 ORDER BY 1"
    )
    new = dict(lake("SELECT month, COUNT(*) FROM bought_days WHERE number = 1 GROUP BY 1"))
    net, orders = (sum(row[place] for row in in_lake) for place in (1, 2))
    answer = asked("/analytics/sales?by=period&grain=month")
    page = visit().open("/sales")
    ((total_net, total_orders, aov),) = zip(
        *(
            column(csv_of(panel_of(page, "In total")), name)
            for name in ("Net revenue (EUR)", "Orders", "Average order value (EUR)")
        ),
        strict=True,
    )
    assert (amount(total_net), int(total_orders)) == (net, orders)
    assert (answer["totals"]["net_minor"], answer["totals"]["orders"]) == (net, orders)
    assert is_rounded(aov, Decimal(net) / orders)
    table = csv_of(panel_of(page, "By period"))
    names = ("From", "Net revenue (EUR)", "Orders", "Customers", "New customers")
    on_page = [
        (begins, amount(money), *map(int, counts))
        for begins, money, *counts in zip(*(column(table, name) for name in names), strict=True)
    ]
    assert on_page == [(*row, new.get(row[0], 0)) for row in in_lake]
    assert on_page == [
        (row["begins"], row["net_minor"], row["orders"], row["customers"], row["new_customers"])
        for row in answer["rows"]
    ]


def test_the_months_of_a_category(visit, asked, lake):
    of_category = "FROM orders JOIN categories USING (product_id) WHERE kind <> 'fee' AND category"
    ((category, _),) = lake(
        f"SELECT category, SUM(net_minor) {of_category} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
    )
    months = lake(f"SELECT month, SUM(net_minor) {of_category} = '{category}' GROUP BY 1 ORDER BY 1")
    answer = asked(f"/analytics/sales?by=period&grain=month&category={quote(category)}")
    page = visit().open(f"/sales?category={quote(category)}")
    table = csv_of(panel_of(page, f"Category: {category}, by month"))
    on_page = [
        (begins, amount(money))
        for begins, money in zip(column(table, "From"), column(table, "Net revenue (EUR)"), strict=True)
    ]
    assert [row for row in on_page if row[1]] == [row for row in months if row[1]]
    assert on_page == [(row["begins"], row["net_minor"]) for row in answer["rows"]]
    assert f"not of {category} alone" in panel_of(page, "In total").inner_text()


def test_the_retention_of_the_oldest_cohort(visit, asked, lake):
    ((customers, active),) = lake(
        "WITH oldest AS (SELECT customer_id, month FROM bought_days "
        "WHERE number = 1 AND month = (SELECT MIN(month) FROM bought_days)) "
        "SELECT COUNT(DISTINCT customer_id), COUNT(DISTINCT customer_id) "
        "FILTER (WHERE CAST(bought_days.month AS DATE) = CAST(oldest.month AS DATE) + INTERVAL 1 MONTH) "
        "FROM oldest JOIN bought_days USING (customer_id)"
    )
    assert 0 < active < customers
    oldest = asked("/analytics/cohorts?grain=month")["cohorts"][0]
    table = csv_of(panel_of(visit().open("/cohorts"), "Retention by cohort"))
    assert int(column(table, "Customers")[0]) == oldest["customers"] == customers
    assert float(column(table, "+1 (%)")[0]) == pytest.approx(100 * active / customers)
    (after_a_month,) = (cell for cell in oldest["periods"] if cell["offset"] == 1)
    assert after_a_month["retention"] == pytest.approx(active / customers)


def test_how_many_visitors_bought(visit, asked, lake):
    answer = asked("/analytics/journeys/funnel")
    ((visitors, bought),) = lake(
        "SELECT COUNT(DISTINCT visitor_id), "
        "COUNT(DISTINCT visitor_id) FILTER (WHERE event_type = 'purchase') "
        f"FROM visits WHERE occurred_at < TIMESTAMPTZ '{answer['as_of']}'"
    )
    assert 0 < bought < visitors
    steps = {step["step"]: step for step in answer["visitors"]["steps"]}
    table = csv_of(panel_of(visit().open("/journeys?unit=visitors"), "Funnel"))
    at_all = dict(zip(column(table, "Step"), map(int, column(table, "At all")), strict=True))
    assert at_all["Bought"] == steps["purchase"]["reached"] == bought
    assert at_all["Visitor"] == steps["visitor"]["reached"] == visitors


@pytest.mark.parametrize("part", ["the whole report", "a third of its days"])
def test_what_recommendations_were_seen_and_clicked(visit, asked, lake, part):
    span = ""
    if part != "the whole report":
        whole = asked("/analytics/recommendations/effectiveness?by=model")
        since, until = (date.fromisoformat(whole[name]) for name in ("since", "until"))
        third = (until - since) / 3
        span = f"&start={since + third}&end={until - third}"
    answer = asked(f"/analytics/recommendations/effectiveness?by=model{span}")
    firsts = (
        "SELECT visitor_id, MIN(day) FILTER (WHERE event_type = 'impression') AS seen, "
        "MIN(day) FILTER (WHERE event_type IN ('click', 'cart_add')) AS clicked FROM visits "
        f"WHERE occurred_at < TIMESTAMPTZ '{answer['as_of']}' "
        "AND recommendation_id IS NOT NULL AND product_id IS NOT NULL "
        "GROUP BY visitor_id, recommendation_id, product_id"
    )
    within = "BETWEEN DATE '{since}' AND DATE '{until}'".format(**answer)
    ((impressions, clicks),) = lake(
        f"SELECT COUNT(*) FILTER (WHERE seen {within}), COUNT(*) FILTER (WHERE clicked {within}) "
        f"FROM ({firsts})"
    )
    assert 0 < clicks < impressions
    page = visit().open(f"/recommendations?figure=clicks{span}")
    table = csv_of(panel_of(page, "What recommendations earned"))
    assert [int(column(table, "Impressions")[0]), int(column(table, "Clicks")[0])] == [impressions, clicks]
    assert (answer["totals"]["impressions"], answer["totals"]["clicks"]) == (impressions, clicks)
