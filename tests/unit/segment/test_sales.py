from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake_support import add_part
from patronage.logic.segments.sales import with_rest
from patronage.logic.tables import CALENDAR, CUSTOMERS, ORDERS, PRODUCTS
from patronage.settings import Shop
from patronage.steps.pin import pin
from patronage.steps.segment import sales
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW

if TYPE_CHECKING:
    from typing import Any

SHOP = Shop(currency="GBP", timezone="Europe/London")
COLUMNS = (
    "order_id, line, customer_id, product_id, quantity, unit_price, net_minor, kind, "
    "ordered_at, country, channel"
)
KINDS = ("sale", "cancellation", "refund", "fee")


def quoted(text: str | None) -> str:
    return "NULL" if text is None else f"'{text}'"


def order_lines(*lines: tuple) -> str:
    """Write SQL of order lines: order, customer, product, pieces, net, kind, instant, country, channel."""
    rows = ", ".join(
        f"({quoted(order)}, '{n}', {quoted(customer)}, {quoted(product)}, {pieces}, 1, {net}, '{kind}', "
        f"TIMESTAMPTZ '{instant}', {quoted(country)}, {quoted(channel)})"
        for n, (order, customer, product, pieces, net, kind, instant, country, channel) in enumerate(lines)
    )
    return f"SELECT * FROM (VALUES {rows}) AS given({COLUMNS})"


BY_HAND = order_lines(
    ("o1", "a", "tea", 2, 1000, "sale", "2025-10-31 23:30:00+00", "UK", "web"),
    ("o1", "a", "cup", 1, 500, "sale", "2025-10-31 23:30:00+00", "UK", "web"),
    ("o1", "a", "POST", 1, 300, "fee", "2025-10-31 23:30:00+00", "UK", "web"),
    ("o2", "a", "tea", 1, 500, "sale", "2025-11-01 00:00:00+00", "UK", "shop"),
    ("r1", "a", "cup", -1, -500, "refund", "2025-11-03 10:00:00+00", "UK", None),
    ("o3", "b", "tea", 4, 2000, "sale", "2025-11-03 11:00:00+00", "FR", "web"),
    ("c3", "b", "tea", -1, -500, "cancellation", "2025-11-03 12:00:00+00", "FR", "web"),
    ("o4", None, "tea", 1, 500, "sale", "2025-11-04 12:00:00+00", None, "web"),
    ("r9", "z", "tea", -1, -70, "refund", "2025-11-04 12:00:00+00", "FR", "web"),
    ("o5", "b", "gift", 1, 0, "sale", "2025-11-05 12:00:00+00", "FR", "web"),  # free: no purchase
)


@pytest.fixture
def small(lake: Lake) -> Lake:
    add_part(lake.store.root / "lake/orders", ORDERS, "orders", BY_HAND)
    return lake


def found_in(lake: Lake) -> dict[str, Any]:
    pin("run", "segments", lake, SHOP, now=NOW)
    sales.sales("run", lake)
    return read_json(lake.store, "runs/run/metrics/sales.json")


def test_months_by_hand(small):
    october, november = found_in(small)["months"]
    assert (october["month"], october["begins"], october["is_running"]) == ("2025-10", "2025-10-01", False)
    assert (november["month"], november["is_running"]) == ("2025-11", True)
    names = ("net_minor", "sale_minor", "fee_minor", "refund_minor", "cancellation_minor")
    assert [october[name] for name in names] == [1800, 1500, 300, 0, 0]
    assert [november[name] for name in names] == [1930, 3000, 0, -570, -500]
    assert (october["orders"], october["items"], october["aov_minor"]) == (1, 3, 1800)
    assert (november["orders"], november["items"], november["returned_items"]) == (3, 6, 3)
    assert november["aov_minor"] == pytest.approx(1930 / 3)


def test_new_returning_and_guests_by_hand(small):
    october, november = found_in(small)["months"]
    assert (october["new_net_minor"], october["new_orders"], october["new_customers"]) == (1800, 1, 1)
    assert (november["new_net_minor"], november["new_orders"]) == (1500, 1)  # b's day: bought and cancelled
    assert (november["returning_net_minor"], november["returning_orders"]) == (
        0,
        1,
    )  # o2 less r1, and the gift
    assert (november["guest_net_minor"], november["guest_orders"]) == (500, 1)
    assert november["unbought_net_minor"] == -70
    assert (november["customers"], november["new_customers"], november["returning_customers"]) == (2, 1, 1)


def test_who_first_bought_and_came_back_in_a_month_is_new_and_returning(lake):
    lines = [
        (f"o{n}{day}", f"c{n}", "tea", 1, 100, "sale", f"2025-06-{day:02d} 12:00:00+00", "UK", "web")
        for n in range(9)
        for day in (1 + n, 12 + n)
    ]
    add_part(lake.store.root / "lake/orders", ORDERS, "orders", order_lines(*lines))
    found = found_in(lake)
    for row in (*found["months"], found["totals"], *found["countries"]):
        assert (row["customers"], row["new_customers"], row["returning_customers"]) == (9, 9, 9)
        assert (row["orders"], row["new_orders"], row["returning_orders"]) == (18, 9, 9)
    weeks = [(row["begins"], row["new_customers"], row["returning_customers"]) for row in found["weeks"]]
    assert weeks == [
        ("2025-05-26", 1, 0),  # that Sunday is the first of June
        ("2025-06-02", 7, 0),
        ("2025-06-09", 1, 4),
        ("2025-06-16", 0, 5),
    ]


def test_places_products_and_fees_by_hand(small):
    found = found_in(small)
    assert [(row["country"], row["net_minor"]) for row in found["countries"]] == [
        ("UK", 1800),
        ("FR", 1430),
        (None, 500),
    ]
    assert [(row["channel"], row["net_minor"]) for row in found["channels"]] == [
        ("web", 3730),
        ("shop", 500),
        (None, -500),
    ]
    assert [(row["product_id"], row["net_minor"], row["orders"]) for row in found["products"]] == [
        ("tea", 3430, 4),
        ("cup", 0, 1),
        ("gift", 0, 0),
    ]
    assert found["fees"] == [{"fee": "POST", "line_count": 1, "net_minor": 300, "is_rest": False}]
    assert found["categories"] == []
    assert found["totals"]["net_minor"] == 3730


def test_categories_and_names_come_from_the_products(small):
    rows = "SELECT * FROM (VALUES ('tea', 'Green tea', 'Drinks'), ('cup', NULL, 'Ware')) AS given"
    add_part(small.store.root / "lake/products", PRODUCTS, "p", f"{rows}(product_id, title, category)")
    found = found_in(small)
    assert [(row["category"], row["net_minor"]) for row in found["categories"]] == [
        ("Drinks", 3430),
        ("Ware", 0),
        (None, 0),
    ]
    assert [(row["name"], row["category"]) for row in found["products"][:2]] == [
        ("Green tea", "Drinks"),
        ("cup", "Ware"),
    ]


def test_every_day_is_there_and_the_days_are_the_shops(small):
    found_in(small)
    path = small.store.staged("runs/run/metrics/sales_days.parquet")
    days = duckdb.sql(f"SELECT day, net_minor, orders FROM '{path}'").fetchall()
    expected = [
        (date(2025, 10, 31), 1800, 1),
        (date(2025, 11, 1), 500, 1),
        (date(2025, 11, 2), 0, 0),
        (date(2025, 11, 3), 1000, 1),
        (date(2025, 11, 4), 430, 1),
        (date(2025, 11, 5), 0, 0),
    ]
    assert days == expected
    served = read_json(small.store, "runs/run/metrics/sales_days.json")
    assert (served["as_of"], served["currency"]) == ("2025-11-06T00:00:00+00:00", "GBP")
    rows = served["days"]
    assert [(date.fromisoformat(row["day"]), row["net_minor"], row["orders"]) for row in rows] == expected
    names = [name for name, *_ in duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()]
    assert set(rows[0]) == set(names)
    assert [row["returning_customers"] for row in rows] == [0, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("instant", "day", "month"),
    [
        ("2025-03-29 23:59:59+00", "2025-03-29", "2025-03"),
        ("2025-03-30 22:59:59+00", "2025-03-30", "2025-03"),  # summer time since one o'clock
        ("2025-03-30 23:00:00+00", "2025-03-31", "2025-03"),
        ("2025-03-31 23:00:00+00", "2025-04-01", "2025-04"),
        ("2025-10-25 22:59:59+00", "2025-10-25", "2025-10"),
        ("2025-10-25 23:00:00+00", "2025-10-26", "2025-10"),
        ("2025-10-26 23:59:59+00", "2025-10-26", "2025-10"),  # winter time since two o'clock
        ("2025-10-31 23:59:59+00", "2025-10-31", "2025-10"),
    ],
)
def test_days_and_months_are_cut_in_the_shops_zone_at_both_changes_of_the_clock(lake, instant, day, month):
    rows = order_lines(("o1", "a", "tea", 1, 100, "sale", instant, "UK", "web"))
    add_part(lake.store.root / "lake/orders", ORDERS, "orders", rows)
    assert [row["month"] for row in found_in(lake)["months"]] == [month]
    path = lake.store.staged("runs/run/metrics/sales_days.parquet")
    assert duckdb.sql(f"SELECT CAST(day AS VARCHAR) FROM '{path}'").fetchall() == [(day,)]


def test_an_order_of_two_days_counts_once_and_its_money_on_both(lake):
    rows = order_lines(
        ("o1", "a", "tea", 1, 100, "sale", "2025-10-31 12:00:00+00", "UK", "web"),
        ("o1", "a", "cup", 1, 70, "sale", "2025-11-01 12:00:00+00", "UK", "web"),
    )
    add_part(lake.store.root / "lake/orders", ORDERS, "orders", rows)
    months = found_in(lake)["months"]
    assert [(row["orders"], row["net_minor"]) for row in months] == [(1, 100), (0, 70)]


LONDON = ZoneInfo("Europe/London")
START = datetime(2025, 1, 1, tzinfo=UTC)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["o1", "o2", "o3", "o4", "o5"]),
        st.sampled_from(["a", "b", None]),
        st.sampled_from(["tea", "cup", "gift"]),
        st.integers(-3, 9),
        st.integers(-(10**12), 10**12),
        st.sampled_from(KINDS),
        st.integers(0, 100 * 48).map(lambda n: (START + timedelta(minutes=30 * n)).isoformat()),
        st.sampled_from(["UK", "FR", None]),
        st.sampled_from(["web", None]),
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINES)
def test_every_breakdown_sums_to_the_money_truth_to_the_cent(lines):
    with TemporaryDirectory() as folder:
        add_part(Path(folder) / "lake/orders", ORDERS, "orders", order_lines(*lines))
        lake = Lake(FolderStore(Path(folder)))
        found = found_in(lake)
        path = lake.store.staged("runs/run/metrics/sales_days.parquet")
        days = dict(duckdb.sql(f"SELECT day, net_minor FROM '{path}'").fetchall())
        sales.sliced("run", lake, "country")
        slices = read_json(lake.store, "runs/run/metrics/sales-by-country.json")["slices"]
    net = sum(line[4] for line in lines)
    bought = {line[0] for line in lines if line[5] == "sale" and line[4] > 0}
    for name in ("weeks", "months", "countries", "channels"):
        assert sum(row["net_minor"] for row in found[name]) == net
        assert sum(row["orders"] for row in found[name]) == len(bought) == found["totals"]["orders"]
        parts = ("new_net_minor", "returning_net_minor", "guest_net_minor", "unbought_net_minor")
        assert sum(row[part] for row in found[name] for part in parts) == net
        for kind in KINDS:
            of_kind = sum(line[4] for line in lines if line[5] == kind)
            assert sum(row[f"{kind}_minor"] for row in found[name]) == of_kind
    assert sum(row["net_minor"] for row in found["products"] + found["fees"]) == net
    assert sum(row["net_minor"] for each in slices for row in each["months"]) == net
    by_day: dict[date, int] = {}
    for line in lines:
        day = datetime.fromisoformat(line[6]).astimezone(LONDON).date()
        by_day[day] = by_day.get(day, 0) + line[4]
    assert {day: money for day, money in days.items() if day in by_day} == by_day
    assert all(money == 0 for day, money in days.items() if day not in by_day)
    assert len(days) == (max(by_day) - min(by_day)).days + 1


def test_sales_in_slices_of_customers_keep_guests_apart(small):
    rows = "SELECT * FROM (VALUES ('a', 'f'), ('b', 'm')) AS given(customer_id, gender)"
    add_part(small.store.root / "lake/customers", CUSTOMERS, "c", rows)
    found_in(small)
    assert sales.sliced("run", small, "gender") == {"by": "gender", "slices": 3}
    slices = read_json(small.store, "runs/run/metrics/sales-by-gender.json")["slices"]
    money = {each["value"]: [row["net_minor"] for row in each["months"]] for each in slices}
    assert money == {"f": [1800, 0], "m": [1500], None: [430]}


def test_more_values_than_are_shown_share_a_row_that_keeps_the_sum():
    rows = [{"country": f"c{n}", "net_minor": 10 - n, "customers": 1} for n in range(5)]
    shown = with_rest(rows, "country", most=3)
    assert shown[-1] == {"country": None, "net_minor": 13, "customers": None, "is_rest": True}
    assert sum(row["net_minor"] for row in shown) == 40


def test_more_products_than_are_shown_share_a_row_and_all_are_in_the_file(lake):
    lines = [
        (f"o{n}", "a", f"p{n:03d}", 1, n, "sale", "2025-10-31 12:00:00+00", "UK", "web")
        for n in range(1, 151)
    ]
    add_part(lake.store.root / "lake/orders", ORDERS, "orders", order_lines(*lines))
    products = found_in(lake)["products"]
    assert len(products) == 101
    assert (products[0]["product_id"], products[0]["net_minor"]) == ("p150", 150)
    assert (products[-1]["is_rest"], products[-1]["net_minor"]) == (True, sum(range(1, 51)))
    path = lake.store.staged("runs/run/metrics/sales_products.parquet")
    assert duckdb.sql(f"SELECT COUNT(*), SUM(net_minor) FROM '{path}'").fetchall() == [(150, 150 * 151 // 2)]


def test_a_holiday_stands_beside_its_weekdays(lake):
    first = date(2025, 9, 1)
    holiday = date(2025, 10, 8)  # a Wednesday
    lines = [
        (f"o{n}", "a", "tea", 1, 500 if first + timedelta(n) == holiday else 100 + 10 * (n % 7), "sale",
         f"{first + timedelta(n)} 12:00:00+00", "UK", "web")
        for n in range(70)
    ]  # fmt: skip
    add_part(lake.store.root / "lake/orders", ORDERS, "orders", order_lines(*lines))
    entries = f"SELECT DATE '{holiday}' AS day, 'Tea day' AS name, 'holiday' AS kind"
    add_part(lake.store.root / "lake/calendar", CALENDAR, "c", entries)
    found_in(lake)
    effects = read_json(lake.store, "runs/run/metrics/sales_calendar.json")
    (row,) = effects["holidays"]
    assert (row["name"], row["days"], row["net_minor"], row["expected_minor"]) == ("Tea day", 1, 500, 120)
    assert row["effect_share"] == pytest.approx(380 / 120)
    assert [each["day"] for each in effects["days"]] == ["2025-10-08"]
