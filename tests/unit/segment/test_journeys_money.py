"""Timelines hold all of a customer's money: their entries add up to the net of the run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake_support import add_part
from patronage.logic.tables import ORDERS
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.pin import pin
from patronage.steps.segment.journeys import MAX_ENTRIES, journeys, timeline
from patronage.steps.segment.rfm import rfm
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import NOW, REPOSITORY

SHOP = Shop(currency="GBP", timezone="Europe/London")
RETAIL = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
START = datetime(2025, 10, 25, 20, tzinfo=UTC)  # the clock goes back in that night
LINES = st.lists(
    st.tuples(
        st.sampled_from(["o1", "o2", "o3"]),
        st.sampled_from(["a", "b", None]),
        st.sampled_from(["tea", "POST"]),
        st.integers(-(10**12), 10**12) | st.just(0),
        st.sampled_from(["sale", "cancellation", "refund", "fee"]),
        st.integers(0, 96).map(lambda halves: (START + timedelta(minutes=30 * halves)).isoformat()),
    ),
    min_size=1,
    max_size=25,
)


COLUMNS = "order_id, line, customer_id, product_id, quantity, unit_price, net_minor, kind, ordered_at"


def add_lines(lake: Lake, lines: list[tuple]) -> None:
    """Add order lines: order, customer, product, net, kind, instant."""
    values = ", ".join(
        f"('{order}', '{number}', {'NULL' if customer is None else repr(customer)}, '{product}', 1, 1, "
        f"{net}, '{kind}', TIMESTAMPTZ '{at}')"
        for number, (order, customer, product, net, kind, at) in enumerate(lines)
    )
    add_part(
        lake.store.root / "lake/orders",
        ORDERS,
        "orders",
        f"SELECT * FROM (VALUES {values}) AS given({COLUMNS})",
    )


def run_on(lake: Lake) -> dict[str, tuple[int, int]]:
    """Run the steps; return the net of each customer, in the run and summed over the uncut timeline."""
    pin("run", "segments", lake, SHOP, now=NOW)
    rfm("run", lake)
    journeys("run", lake)
    nets = lake.store.staged("runs/run/segments/rfm.parquet")
    told = lake.store.staged("runs/run/journeys/timelines.parquet")
    rows = duckdb.sql(
        f"SELECT customer_id, ANY_VALUE(nets.net_minor), CAST(COALESCE(SUM(told.net_minor), 0) AS BIGINT) "
        f"FROM '{nets}' AS nets LEFT JOIN '{told}' AS told USING (customer_id) "
        f"GROUP BY customer_id HAVING COALESCE(MAX(entries), 0) <= {MAX_ENTRIES}"
    ).fetchall()
    return {customer: (net, summed) for customer, net, summed in rows}


def test_fees_of_a_day_without_a_paid_sale_are_an_entry_of_their_own(lake):
    lines = [
        ("o1", "a", "p1", 1000, "sale", "2026-01-04 10:00:00Z"),
        ("o1", "a", "POST", 300, "fee", "2026-01-04 10:00:00Z"),  # a part of the purchase
        ("o1", "a", "POST", 400, "fee", "2026-01-05 10:00:00Z"),
        ("o2", "a", "POST", 500, "fee", "2026-01-05 11:00:00Z"),
        ("o2", "a", "M", 600, "fee", "2026-01-05 10:30:00Z"),
        ("o2", "a", "p1", 0, "sale", "2026-01-05 10:15:00Z"),
        ("o3", "a", "p1", 0, "sale", "2026-01-06 10:30:00Z"),  # a gift is nothing to tell of
    ]
    add_lines(lake, lines)
    assert run_on(lake) == {"a": (2800, 2800)}
    found = timeline("run", "a", lake.store)
    assert [(each["kind"], each["order_id"], each["net_minor"]) for each in found["entries"]] == [
        ("acquired", None, None),
        ("purchase", "o1", 1300),
        ("fee", "o1", 400),
        ("fee", "o2", 1100),
    ]
    assert [(each["product_id"], each["occurred_at"]) for each in found["entries"][2:]] == [
        ("POST", "2026-01-05T10:00:00Z"),
        (None, "2026-01-05T10:30:00Z"),
    ]
    assert (found["totals"]["purchases"], found["totals"]["fees"]) == (1, 2)


def test_a_product_that_an_order_lists_twice_is_counted_once_a_day(lake):
    first, later = "2025-11-01T10:00:00Z", "2025-11-03T10:00:00Z"
    add_lines(
        lake,
        [
            ("o1", "a", "tea", 100, "sale", first),
            ("o1", "a", "tea", 100, "sale", first),
            ("o1", "a", "cup", 100, "sale", first),
            ("o1", "a", "tea", 100, "sale", later),
            ("o2", "a", "tea", 100, "sale", later),
        ],
    )
    assert run_on(lake) == {"a": (500, 500)}
    purchases = [each for each in timeline("run", "a", lake.store)["entries"] if each["kind"] == "purchase"]
    assert [(each["order_id"], each["products"]) for each in purchases] == [("o1", 2), ("o1", 1), ("o2", 1)]


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINES)
def test_a_timeline_adds_up_to_the_customer_s_net(lines):
    with TemporaryDirectory() as folder:
        lake = Lake(FolderStore(Path(folder)))
        add_lines(lake, lines)
        found = run_on(lake)
    expected: dict[str, int] = {}
    for _, customer, _, net, *_ in lines:
        if customer is not None:
            expected[customer] = expected.get(customer, 0) + net
    assert found == {customer: (net, net) for customer, net in expected.items()}


@pytest.mark.slow
def test_the_timelines_of_online_retail_add_up_to_the_customers_net(lake):
    upload = Upload(path=RETAIL, key="raw/orders/a.parquet", version="1", last_modified=NOW)
    assert ingest(upload, lake, SHOP, now=NOW)["state"] == "done"
    found = run_on(lake)
    assert len(found) > 4000
    assert {customer: pair for customer, pair in found.items() if pair[0] != pair[1]} == {}
    told = timeline("run", "12349", lake.store)  # who was charged postage without goods
    assert [(each["order_id"], each["product_id"]) for each in told["entries"] if each["kind"] == "fee"] == [
        ("508728", "POST")
    ]
    assert sum(each["net_minor"] or 0 for each in told["entries"]) == 264_699
