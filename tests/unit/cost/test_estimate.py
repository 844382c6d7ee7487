"""A month's bill, held to AWS's own worked examples and to sums by hand."""

from __future__ import annotations

import pytest

from patronage.errors import BadInput
from patronage.logic.cost.estimate import by_service, estimate
from patronage.logic.cost.prices import list_prices
from patronage.logic.cost.volumes import ASSUMED, Volumes

IDLE_SHOP = Volumes(customers=5_000, products=2_000, orders=0, order_lines=0, events=0, lookups=0, uploads=0)


def lines(volumes, service, what):
    (found,) = [
        each
        for each in estimate(volumes, list_prices())["lines"]
        if (each["service"], each["what"]) == (service, what)
    ]
    return found


@pytest.mark.parametrize(
    ("name", "quantity", "usd"),
    [
        ("lambda_request", 3e6, 0.60),  # examples of AWS's pages, as read on 2026-11-28
        ("lambda_gb_second", 1e6, 13.3334),
        ("states_transition", 1e6, 25.0),
        ("dynamodb_write", 1e6, 0.625),
        ("dynamodb_read", 1e6, 0.125),
        ("api_request", 1e6, 3.5),
        ("firehose_gb", 100, 2.9),
        ("log_gb", 10, 5.0),
        ("s3_put", 1_000, 0.005),
        ("secret", 2, 0.8),
        ("sqs_request", 1e6, 0.4),
    ],
)
def test_a_price_is_that_of_the_page(name, quantity, usd):
    assert list_prices().usd(name, quantity) == pytest.approx(usd)


def test_each_price_is_dated_and_has_its_page():
    prices = list_prices()
    assert prices.read_on == "2026-11-28"
    for name, price in prices.by_name.items():
        assert price.source.startswith("https://aws.amazon.com/"), name
        assert price.usd > 0
        assert price.unit


def test_each_price_is_needed():
    used = {each["price"] for each in estimate(Volumes(), list_prices())["lines"]}
    assert used == set(list_prices().by_name)


def test_idle_costs_less_than_five_dollars_a_month():
    found = estimate(IDLE_SHOP, list_prices())
    assert found["idle"]["usd"] < 5
    assert found["idle"]["usd"] >= 0.80, "the two secrets at least"
    nothing = [each for each in found["lines"] if not each["is_idle"] and each["usd_without_free"]]
    assert nothing == [], "a shop where nobody comes pays for idle things alone"
    named = {each["what"] for each in found["lines"] if each["is_idle"]}
    assert {"alarms", "dashboard", "secrets", "metrics of runs and ages", "uploads and lake"} <= named


def test_what_is_free_is_taken_once_and_by_the_idle_lines_first():
    alarms = lines(Volumes(), "CloudWatch", "alarms")
    assert (alarms["usd"], alarms["usd_without_free"]) == (0, pytest.approx(1.0))
    requests = lines(Volumes(lookups=3_000_000, events=0), "Lambda", "requests")
    assert requests["usd"] == pytest.approx(0.40, abs=1e-3), "of three million, one is free"
    found = estimate(Volumes(lookups=3_000_000, events=0), list_prices())
    taken = sum(
        each["usd_without_free"] - each["usd"]
        for each in found["lines"]
        if each["price"] == "lambda_gb_second"
    )
    assert taken <= list_prices().usd("lambda_gb_second", 400_000) + 1e-9


def test_a_million_lookups_cost_what_they_do_by_hand():
    volumes = Volumes(lookups=1_000_000, events=0, orders=0, uploads=0)
    found = {
        (each["service"], each["what"]): each["usd_without_free"]
        for each in estimate(volumes, list_prices())["lines"]
    }
    assert found["API Gateway", "lookups"] == pytest.approx(3.50)
    milliseconds = ASSUMED["lookup_ms"].value
    assert found["Lambda", "lookups: computing"] == pytest.approx(milliseconds / 1e3 * 13.3334)
    assert found["DynamoDB", "lookups"] == pytest.approx(0.25)


def test_pages_of_members_are_written_by_the_kb():
    units = lines(Volumes(customers=0), "DynamoDB", "publishing pages")["quantity"]
    many = lines(Volumes(customers=1_024_000), "DynamoDB", "publishing pages")["quantity"]
    assert units == 2 * (30 + 5 + 30) * 100
    assert many - units == 2 * 30 * 25 * 1_000, "25 bytes a customer, 30 publications"


def test_uploads_start_runs_of_monitoring_one_for_all_of_ten_minutes():
    states = lines(Volumes(uploads=31), "Step Functions", "monitoring after uploads: states")
    assert (states["quantity"], states["is_idle"]) == (31 * 6, False)
    assert lines(Volumes(uploads=31), "Lambda", "monitoring after uploads: computing")["quantity"] == 31 * 10
    most = lines(Volumes(uploads=1_000_000), "Step Functions", "monitoring after uploads: states")
    assert most["quantity"] == 30 * 24 * 6 * 6


def test_runs_call_functions_too():
    assert lines(Volumes(), "Lambda", "segmentation: requests")["quantity"] == 30 * 30


def test_totals_are_the_sum_of_the_lines_by_any_way():
    found = estimate(Volumes(), list_prices())
    for name in ("usd", "usd_without_free"):
        total = sum(each[name] for each in found["lines"])
        assert found["month"][name] == pytest.approx(total, abs=1e-3)
        assert sum(each[name] for each in by_service(found)) == pytest.approx(total, abs=1e-3)
    assert found["idle"]["usd"] <= found["month"]["usd"] <= found["month"]["usd_without_free"]


def test_more_of_anything_never_costs_less():
    base = estimate(Volumes(), list_prices())["month"]["usd_without_free"]
    for name in ("customers", "products", "order_lines", "events", "lookups", "uploads"):
        more = Volumes(**{name: 10 * getattr(Volumes(), name)})
        assert estimate(more, list_prices())["month"]["usd_without_free"] > base, name


def test_each_assumption_says_where_it_comes_from():
    for name, each in ASSUMED.items():
        assert each.value > 0, name
        assert each.unit
        assert each.source


def test_what_goes_with_the_orders_follows_them_unless_it_is_given():
    assert Volumes().stated(orders=100) == Volumes(orders=100, order_lines=300, events=20_000, lookups=10_000)
    assert Volumes().stated(orders=100, lookups=7).lookups == 7
    assert Volumes().stated(customers=3) == Volumes(customers=3)
    with pytest.raises(BadInput, match="lookups -1 must be 0 or more"):
        Volumes().stated(lookups=-1)


def test_a_lake_s_numbers_are_those_of_a_month():
    counted = {
        "customers": 10,
        "products": 4,
        "orders": 1_000,
        "lines": 3_000,
        "events": 0,
        "days": 30.44 * 10,
    }
    found = Volumes.of_lake(counted)
    assert (found.customers, found.orders, found.order_lines, found.lookups) == (10, 100, 300, 10_000)
    assert found.events == 20_000, "none were posted yet, so they are assumed"
