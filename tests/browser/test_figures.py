"""Figures on the page equal the API's, and both equal the lake's."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal

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
    """Return a function that asks the lake's order lines, and what the live run says of the customers."""
    with (
        pytest.MonkeyPatch.context() as patched,
        closing(site.stack.lake_store()) as store,
        duckdb.connect() as connection,
    ):
        for name, value in site.stack.cloud.environment.items():
            patched.setenv(name, value)
        orders = [str(path) for path in Lake(store).snapshot("orders").files()]
        run = site.api.get("/api/v1/segments", with_token=True).body["generation"]
        customers = str(store.staged(f"runs/{run}/segments/customers.parquet"))
        connection.execute(
            f"CREATE VIEW orders AS SELECT *, CAST(timezone('{ZONE}', ordered_at) AS DATE) AS day "
            f"FROM read_parquet({orders})"
        )
        connection.execute(f"CREATE VIEW customers AS FROM read_parquet('{customers}')")
        yield lambda sql: connection.execute(sql).fetchall()


def amount(text: str) -> int:
    """Return the minor units of an amount as a CSV file has it."""
    return int(Decimal(text).scaleb(2))


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
