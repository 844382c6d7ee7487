from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake_support import add_part, rows_of
from patronage.errors import BadInput
from patronage.logic.segments.cohorts import MOST_CELLS, AsOf, cohort_table
from patronage.logic.segments.periods import PERIODS, begin_of, label_of, number_of
from patronage.logic.tables import CUSTOMERS, ORDERS
from patronage.settings import Shop
from patronage.steps.pin import pin
from patronage.steps.segment import cohorts
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW

if TYPE_CHECKING:
    from typing import Any

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
BY_HAND = (
    HEADER
    + "o1,a,p,1,10,2025-10-31T23:30:00Z\n"  # Halloween in London
    + "o2,b,p,2,10,2025-10-05T10:00:00Z\n"
    + "o3,a,p,1,5,2025-11-30T23:59:59Z\n"
    + "r3,a,p,-1,4,2025-12-02T10:00:00Z\n"  # less money in December, but nobody came back
    + "o4,c,p,1,7,2025-12-01T00:00:00Z\n"
    + "o5,b,p,1,1,2026-01-05T10:00:00Z\n"  # January runs
    + "r6,d,p,-1,3,2025-12-24T10:00:00Z\n"  # never bought
    + "r7,c,p,-1,2,2025-11-20T10:00:00Z\n"  # before the first purchase
    + "o8,,p,1,99,2025-11-20T10:00:00Z\n"  # a guest
)


def written(lake: Lake, shop: Shop, now: datetime = NOW) -> dict[str, Any]:
    pin("run", "segments", lake, shop, now=now)
    cohorts.cohorts("run", lake)
    return {period: read_json(lake.store, f"runs/run/cohorts/{period}.json") for period in PERIODS}


def column(table: dict[str, Any], name: str) -> dict[str, list[Any]]:
    return {row["cohort"]: [cell[name] for cell in row["periods"]] for row in table["cohorts"]}


def test_a_refund_takes_money_alone_and_what_has_not_begun_is_null(ingest_text, lake, shop):
    ingest_text(BY_HAND)
    month = written(lake, shop)["month"]
    assert month["as_of"] == "2026-01-06T00:00:00+00:00"
    assert column(month, "active") == {"2025-10": [2, 1, 0, 1], "2025-12": [1, 0, None, None]}
    assert column(month, "retention") == {"2025-10": [1.0, 0.5, 0.0, 0.5], "2025-12": [1.0, 0.0, None, None]}
    assert column(month, "net_minor") == {"2025-10": [3000, 500, -400, 100], "2025-12": [700, 0, None, None]}
    assert column(month, "cumulative_ltv_minor") == {
        "2025-10": [1500.0, 1750.0, 1550.0, 1600.0],
        "2025-12": [700.0, 700.0, None, None],
    }
    assert column(month, "is_running") == {
        "2025-10": [False, False, False, True],
        "2025-12": [False, True, False, False],
    }
    assert (month["before_first_purchase_minor"], month["without_purchase_minor"]) == (-200, -300)


def test_averages_leave_out_the_running_period_and_what_has_not_begun(ingest_text, lake, shop):
    ingest_text(BY_HAND)
    average = written(lake, shop)["month"]["average"]
    assert [row["cohorts"] for row in average] == [2, 1, 1, 0]
    assert [row["customers"] for row in average] == [3, 2, 2, 0]
    assert [row["retention"] for row in average] == [1.0, 0.5, 0.0, None]
    assert [row["cumulative_ltv_minor"] for row in average] == [3700 / 3, 1750.0, 1550.0, None]
    assert [row["mean_cumulative_ltv_minor"] for row in average] == [1100.0, 1750.0, 1550.0, None]


def test_a_period_is_over_when_as_of_is_its_end_and_runs_a_moment_earlier(ingest_text, lake, shop):
    ingest_text(HEADER + "o1,a,p,1,10,2025-09-01T12:00:00Z\no2,b,p,1,10,2025-09-30T10:00:00Z\n")
    over = written(lake, shop)
    assert over["month"]["as_of"] == "2025-09-30T23:00:00+00:00"
    assert column(over["month"], "is_running") == {"2025-09": [False]}
    assert column(over["quarter"], "is_running") == {"2025-Q3": [False]}
    assert over["week"]["cohorts"][-1]["periods"][0]["is_running"]
    pin("early", "segments", lake, shop, now=datetime(2025, 9, 30, 22, 59, tzinfo=UTC))
    cohorts.cohorts("early", lake)
    assert column(read_json(lake.store, "runs/early/cohorts/month.json"), "is_running") == {"2025-09": [True]}


@pytest.mark.parametrize(
    ("instant", "month", "week"),
    [
        ("2025-03-31T22:59:59Z", "2025-03", "2025-W14"),  # the clock went forward on the 30th
        ("2025-03-31T23:00:00Z", "2025-04", "2025-W14"),
        ("2025-03-30T22:59:59Z", "2025-03", "2025-W13"),
        ("2025-03-30T23:00:00Z", "2025-03", "2025-W14"),
        ("2025-10-26T23:59:59Z", "2025-10", "2025-W43"),  # and back on the 26th of October
        ("2025-10-27T00:00:00Z", "2025-10", "2025-W44"),
        ("2025-10-19T23:00:00Z", "2025-10", "2025-W43"),
        ("2025-10-31T23:59:59Z", "2025-10", "2025-W44"),
    ],
)
def test_periods_are_cut_in_the_shops_zone_at_both_changes_of_the_clock(
    ingest_text, lake, shop, instant, month, week
):
    ingest_text(HEADER + f"o1,a,p,1,10,{instant}\n")
    found = written(lake, shop)
    assert [row["cohort"] for row in found["month"]["cohorts"]] == [month]
    assert [row["cohort"] for row in found["week"]["cohorts"]] == [week]


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_lies_in_its_own_period(day):
    for period in PERIODS:
        number = number_of(day, period)
        assert begin_of(number, period) <= day < begin_of(number + 1, period)
    year, week, _ = day.isocalendar()
    assert label_of(number_of(day, "week"), "week") == f"{year}-W{week:02d}"
    assert label_of(number_of(day, "month"), "month") == day.isoformat()[:7]


LONDON = ZoneInfo("Europe/London")
START = datetime(2025, 1, 1, tzinfo=UTC)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", None]),
        st.integers(0, 300 * 24 * 2),  # half hours
        st.sampled_from(["sale", "sale", "sale", "refund", "cancellation", "fee"]),
        st.integers(-500, 2000),
        st.sampled_from(["UK", "FR", None]),
    ),
    min_size=1,
    max_size=40,
)


def quoted(text: str | None) -> str:
    return f"'{text}'" if text else "NULL"


def lake_of(folder: str, lines: list[tuple]) -> Lake:
    rows = ", ".join(
        f"('o{n}', '1', {quoted(customer)}, 'p', 1, 1, {net}, '{kind}', "
        f"TIMESTAMPTZ '{(START + timedelta(minutes=30 * half_hours)).isoformat()}', {quoted(country)})"
        for n, (customer, half_hours, kind, net, country) in enumerate(lines)
    )
    names = (
        "order_id, line, customer_id, product_id, quantity, unit_price, net_minor, kind, ordered_at, country"
    )
    add_part(
        Path(folder) / "lake/orders", ORDERS, "content", f"SELECT * FROM (VALUES {rows}) AS given({names})"
    )
    return Lake(FolderStore(Path(folder)))


def counted(lines: list[tuple], period: str) -> tuple[dict, dict]:
    """Count who bought, and sum the money, the plain way: by cohort and period."""
    days = [
        (customer, (START + timedelta(minutes=30 * half_hours)).astimezone(LONDON).date(), kind, net)
        for customer, half_hours, kind, net, _ in lines
        if customer
    ]
    bought = [
        (customer, number_of(day, period)) for customer, day, kind, net in days if kind == "sale" and net > 0
    ]
    first = {customer: min(number for who, number in bought if who == customer) for customer, _ in bought}
    active, money = defaultdict(set), defaultdict(int)
    for customer, number in bought:
        active[first[customer], number].add(customer)
    for customer, day, _, net in days:
        money[first.get(customer), number_of(day, period)] += net
    return {key: len(who) for key, who in active.items()}, dict(money)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINES)
def test_every_cell_agrees_with_a_plain_count_and_the_sum_is_the_money_truth(lines):
    with TemporaryDirectory() as folder:
        lake = lake_of(folder, lines)
        found = written(lake, Shop(currency="GBP", timezone="Europe/London"))
    customers_net = sum(net for customer, _, _, net, _ in lines if customer)
    for period, table in found.items():
        active, money = counted(lines, period)
        total = table["before_first_purchase_minor"] + table["without_purchase_minor"]
        for row in table["cohorts"]:
            number = number_of(date.fromisoformat(row["begins"]), period)
            for cell in row["periods"]:
                key = number, number + cell["offset"]
                assert (cell["active"] or 0, cell["net_minor"] or 0) == (
                    active.get(key, 0),
                    money.get(key, 0),
                )
                total += cell["net_minor"] or 0
        assert total == customers_net


def test_slices_add_up_to_the_whole_and_follow_the_first_purchase(lake, shop):
    lines = [
        ("a", 0, "sale", 100, "UK"),
        ("a", 3000, "sale", 50, "FR"),  # first bought in the UK
        ("b", 0, "sale", 10, "FR"),
        ("b", 0, "sale", 10, "ES"),  # at the same time: the least text
        ("c", 1, "sale", 7, None),
        ("d", 1, "refund", -3, "UK"),  # never bought
    ]
    lake = lake_of(str(lake.store.root), lines)
    whole = written(lake, shop)["month"]
    assert cohorts.sliced("run", lake)["slices"] == 3
    found = read_json(lake.store, "runs/run/cohorts/month-by-country.json")
    net = {each["value"]: column(each, "net_minor") for each in found["slices"]}
    assert net["UK"] == {"2025-01": [100, 0, 50]}
    assert net["ES"] == {"2025-01": [20, 0, 0]}
    assert net[None] == {"2025-01": [7, 0, 0]}
    assert [each["value"] for each in found["slices"]] == ["ES", "UK", None]  # equal: by their text
    assert sum(each["without_purchase_minor"] for each in found["slices"]) == -3
    assert column(whole, "net_minor") == {"2025-01": [127, 0, 50]}


def test_more_values_than_slices_share_the_last(lake, shop):
    lines = [(f"c{n:02d}", 0, "sale", 2**n, f"country {min(n, 14):02d}") for n in range(20)]
    lake = lake_of(str(lake.store.root), lines)
    written(lake, shop)
    cohorts.sliced("run", lake)
    slices = read_json(lake.store, "runs/run/cohorts/quarter-by-country.json")["slices"]
    assert [each["value"] for each in slices] == ["country 14", *(f"country {n:02d}" for n in range(9)), None]
    assert [each["is_rest"] for each in slices] == [False] * 10 + [True]
    assert sum(each["cohorts"][0]["periods"][0]["net_minor"] for each in slices) == 2**20 - 1


def test_the_shops_own_words_on_customers_slice_too(lake, shop):
    lines = [("a", 0, "sale", 100, "UK"), ("b", 0, "sale", 10, "UK"), ("c", 0, "sale", 1, "UK")]
    lake = lake_of(str(lake.store.root), lines)
    said = (
        "SELECT * FROM (VALUES ('a', 'f', TIMESTAMPTZ '2024-03-31 23:30:00+00'), ('b', 'm', NULL)) AS given"
    )
    add_part(lake.store.root / "lake/customers", CUSTOMERS, "c", f"{said}(customer_id, gender, created_at)")
    written(lake, shop)
    for by, expected in {"gender": ["f", "m", None], "registered_month": ["2024-04", None]}.items():
        cohorts.sliced("run", lake, by)
        slices = read_json(lake.store, f"runs/run/cohorts/month-by-{by}.json")["slices"]
        assert [each["value"] for each in slices] == expected
    with pytest.raises(BadInput, match=r"by = 'gendre' .* near it: gender"):
        cohorts.sliced("run", lake, "gendre")


def test_weeks_of_ten_years_are_bounded_and_say_what_is_left_out():
    weeks = [begin_of(number, "week") for number in range(2350, 2350 + 520)]
    cells = [
        {"cohort": cohort, "begins": begins, "active": 3, "net_minor": 100}
        for n, cohort in enumerate(weeks)
        for begins in weeks[n:]
    ]
    table = cohort_table(cells, "week", AsOf(today=weeks[-1], complete_to=weeks[-1]))
    shown = sum(len(row["periods"]) for row in table["cohorts"])
    assert 3000 < shown <= MOST_CELLS
    assert table["left_out"] == {"cohorts": 520 - len(table["cohorts"]), "offsets": 520 - 53}
    assert table["cohorts"][-1]["begins"] == weeks[-1].isoformat()
    assert table["average"][52]["cohorts"] == 520 - 53  # of all cohorts, and not of those that are shown
    assert table["average"][52]["cumulative_ltv_minor"] == 53 * 100 / 3


def test_every_cell_is_in_the_parquet_file(ingest_text, lake, shop, tmp_path):
    ingest_text(BY_HAND)
    written(lake, shop)
    path = lake.store.staged("runs/run/cohorts/cells.parquet")
    month = duckdb.sql(f"SELECT cohort, begins, active, net_minor FROM '{path}' WHERE period = 'month'")
    assert (date(2025, 10, 1), date(2025, 11, 1), 1, 500) in month.fetchall()
    total = duckdb.sql(f"SELECT SUM(net_minor) FROM '{path}' WHERE period = 'week'").fetchall()
    root = lake.store.root / "lake/orders"
    assert total == rows_of(root, "SELECT SUM(net_minor) FROM lake WHERE customer_id IS NOT NULL")


def test_only_guests_leave_empty_tables(lake, shop):
    lake = lake_of(str(lake.store.root), [(None, 0, "sale", 100, "UK")])
    found = written(lake, shop)["week"]
    assert (found["cohorts"], found["average"], found["customers"]) == ([], [], 0)
