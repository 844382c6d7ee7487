"""The plan to large shops, held to sums by hand."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from patronage.cli import app
from patronage.errors import BadInput
from patronage.logic.cost.estimate import estimate
from patronage.logic.cost.prices import list_prices
from patronage.logic.cost.volumes import ASSUMED
from patronage.logic.engine_choice import DUCKDB, SPARK
from patronage.logic.scale import bill as bills
from patronage.logic.scale import measured
from patronage.logic.scale.bill import PARTS, bill, spark_usd
from patronage.logic.scale.limits import environments, limits
from patronage.logic.scale.measured import MEASURED, value
from patronage.logic.scale.plan import plan
from patronage.logic.scale.quotas import quotas
from patronage.logic.scale.shop import SIZES, Deployed, Traffic, planned
from patronage.logic.scale.times import KINDS, run_time, spark_vcpu_seconds

MILLION = planned(1_000_000)


@pytest.fixture
def taken(monkeypatch):
    """Let a plan take numbers that are easy to reckon with."""

    def take(**numbers):
        changed = {name: MEASURED[name]._replace(value=number) for name, number in numbers.items()}
        monkeypatch.setattr(measured, "MEASURED", {**MEASURED, **changed})

    return take


def limit_of(customers, name, *, engine=SPARK):
    found = limits(planned(customers), Deployed(), quotas(), engine=engine)
    return next(each for each in found if each.name == name)


def test_a_shop_grows_in_all_but_its_products_as_the_usual_one():
    assert (MILLION.orders, MILLION.order_lines, MILLION.lookups) == (500_000, 1_500_000, 50_000_000)
    assert MILLION.kept_lines == 36_000_000
    assert [planned(each).products for each in SIZES] == [100_000, 1_000_000, 3_162_278]


def test_a_shop_without_customers_is_refused():
    with pytest.raises(BadInput, match="0 customers"):
        planned(0)


def test_every_quota_is_dated_and_has_its_page():
    found = quotas()
    assert found.read_on == "2026-11-29"
    for name, each in [*found.by_name.items(), *found.prices.items()]:
        assert each.source.startswith("https://"), name
        assert "aws" in each.source, name
        assert each.unit


@pytest.mark.parametrize(
    ("requests", "usd"),
    [
        (1e6, 3.50),
        (333e6, 1_165.50),
        (1e9, 1_165.50 + 667 * 2.80),
        (2e9, 1_165.50 + 1_867.60 + 1_000 * 2.38),
        (21e9, 1_165.50 + 1_867.60 + 19_000 * 2.38 + 1_000 * 1.51),
    ],
)
def test_the_gateway_s_tiers_by_hand(requests, usd):
    assert quotas().api_usd(requests) == pytest.approx(usd)


def test_an_hour_of_spark_on_arm64_is_a_fifth_below_aws_s_own_example_of_x86():
    """1,200 vCPU-hours and 9,600 GB-hours: $63.15 and $55.47, https://aws.github.io/aws-emr-best-practices/."""
    found = quotas()
    assert found.usd("emr_vcpu_hour", 1_200) == pytest.approx(0.8 * 63.15, rel=0.002)
    assert found.usd("emr_gb_hour", 9_600) == pytest.approx(0.8 * 55.47, rel=0.002)


def test_a_job_of_spark_costs_what_a_calculator_of_aws_s_prices_says():
    found = quotas()
    assert found.usd("emr_vcpu_hour", 2_399.311) == pytest.approx(100.99, abs=0.01)
    assert found.usd("emr_gb_hour", 17_994.833) == pytest.approx(83.28, abs=0.01)
    assert found.usd("emr_disk_gb_hour", 138_542.617) == pytest.approx(15.38, abs=0.01)


def test_work_on_spark_brings_its_memory(taken):
    taken(spark_gb_a_vcpu=4)
    assert spark_usd(3_600 * 10, quotas()) == pytest.approx(10 * (0.042094 + 4 * 0.004628))


def test_a_segmentation_reads_events_too(taken):
    taken(segmentation_cpu_s=2, training_cpu_s=3, spark_factor=5)
    assert spark_vcpu_seconds("training", MILLION) == pytest.approx(36 * 3 * 5)
    assert spark_vcpu_seconds("segmentation", MILLION) == pytest.approx((36 + 24 * 100) * 2 * 5)


def test_traffic_is_the_mean_of_a_month_times_its_peak(taken):
    taken(peak=4, events_a_request=10)
    traffic = Traffic.of(MILLION)
    assert traffic.lookups == pytest.approx(50e6 / 2_592_000 * 4)
    assert traffic.posts == pytest.approx(100e6 / 10 / 2_592_000 * 4)


def test_an_environment_answers_ten_a_second_however_quick_it_is(taken):
    taken(peak=4)
    asked = 50e6 / 2_592_000 * 4
    assert asked * ASSUMED["lookup_ms"].value / 1e3 < asked / 10
    assert environments(MILLION, quotas()) == pytest.approx(asked / 10)


def test_a_run_in_shards_by_hand(taken):
    """200 shards of 5,000, ten at once: 20 rounds."""
    taken(
        lists_ms=2,
        publish_recommendations_ms=1,
        batch_ms=20,
        update_ms=5,
        training_cpu_s=10,
        spark_factor=1,
        spark_start_s=60,
    )
    found = run_time("training", MILLION, Deployed(), quotas(), engine=SPARK)
    by_name = {stage.name: stage.seconds for stage in found.stages}
    assert by_name["tables"] == pytest.approx(60 + 360 / 16)
    assert by_name["lists"] == pytest.approx(200 * 5_000 * 0.002 / 16), "by the vCPUs of the job"
    assert by_name["publish"] == pytest.approx(20 * (5_000 * 0.001 + 200 * 0.020))
    assert by_name["retire"] == pytest.approx(20 * 5_000 / 10 * 0.005)
    assert found.seconds == pytest.approx(sum(by_name.values()))
    assert found.needed_at_once == pytest.approx(200 * (9 + 2.5) / (4 * 3600))
    assert found.before_publishing == pytest.approx(by_name["tables"] + by_name["lists"])
    assert found.needed_vcpus == pytest.approx((360 + 2_000) / (2 * 3600 - 60))


def test_functions_make_lists_side_by_side(taken):
    taken(lists_ms=2)
    found = run_time("training", MILLION, Deployed(), quotas(), engine=DUCKDB)
    assert {stage.name: stage.seconds for stage in found.stages}["lists"] == pytest.approx(20 * 5_000 * 0.002)


def test_no_run_publishes_faster_than_the_table_takes_writes(taken):
    taken(units_recommendations=1, publish_recommendations_ms=0.001, batch_ms=0.001)
    many = Deployed(shards_at_once=200)
    found = run_time("training", MILLION, many, quotas(), engine=SPARK)
    assert {stage.name: stage.seconds for stage in found.stages}["publish"] == pytest.approx(1e6 / 40_000)


def test_publishing_costs_two_writes_an_item(taken):
    taken(units_segments=3, units_recommendations=1)
    usd = bills._publishing(MILLION, list_prices())
    units = 30 * 3 * 1e6 + 5 * (1e6 + 2 * 100_000)
    assert usd == pytest.approx(2 * units * 0.625 / 1e6)


def test_a_bill_is_the_estimate_s_where_nothing_differs(taken):
    """A small shop on DuckDB: lookups and what is billed while idle are the estimate's own lines."""
    shop = planned(10_000)
    found = bill(shop, list_prices(), quotas(), Deployed(), engine=DUCKDB)
    assert tuple(found) == PARTS
    lines = estimate(shop, list_prices())["lines"]
    of_lookups = sum(
        each["usd_without_free"]
        for each in lines
        if (each["service"], each["what"])
        in {("API Gateway", "lookups"), ("Lambda", "lookups: computing"), ("DynamoDB", "lookups")}
    )
    assert of_lookups == pytest.approx(500_000 * (3.5 + 4.2e-3 * 13.3334 + 2 * 0.125) / 1e6, rel=1e-3)
    assert of_lookups < found["lookups"] < of_lookups + 10, "requests, logs and metrics are the rest"


def test_a_month_grows_with_the_customers():
    small, large = (plan(each)["usd"]["month"] for each in SIZES[:2])
    assert 50 < large / small < 100, "the gateway's tiers and what is fixed grow less than a hundredfold"


def test_the_pointer_is_read_once_a_minute_by_each_environment(taken):
    taken(pointer_units=1, page_units=25)
    wanted = environments(planned(SIZES[2]), quotas()) / 60
    assert limit_of(SIZES[2], "pointer").asked == pytest.approx(wanted)
    assert limit_of(SIZES[2], "catalogue page").asked == pytest.approx(25 * wanted)


def test_the_history_of_a_run_does_not_grow():
    assert {limit_of(each, "Step Functions history").asked for each in SIZES} == {250}


def test_the_driver_holds_a_count_a_cell_or_a_line_if_those_are_fewer(taken):
    taken(groups=2, days=10, counted_bytes=20)
    assert limit_of(1_000_000, "purchases counted on the driver").asked * 2**20 == pytest.approx(2e6 * 20)
    taken(groups=1_000, days=730, counted_bytes=20)
    assert limit_of(1_000_000, "purchases counted on the driver").asked * 2**20 == pytest.approx(36e6 * 20)


def test_what_is_over_a_limit_has_a_share_over_one():
    plan_limit = limit_of(SIZES[1], "usage plan")
    assert plan_limit.share == pytest.approx(plan_limit.asked / 100)
    assert plan_limit.share > 1
    assert plan(SIZES[1])["first"] in {each["name"] for each in plan(SIZES[1])["limits"] if each["share"] > 1}


def test_spark_is_no_limit_of_a_run_that_duckdb_carries():
    names = {each.name for each in limits(planned(10_000), Deployed(), quotas(), engine=DUCKDB)}
    assert "EMR Serverless" not in names


def test_each_input_is_needed():
    read = set()

    class Noting(dict):
        def __getitem__(self, name):
            read.add(name)
            return super().__getitem__(name)

    noting = Noting(MEASURED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measured, "MEASURED", noting)
        for customers in (1_000, SIZES[2]):
            plan(customers)
    assert read == set(MEASURED)
    assert value("peak") == MEASURED["peak"].value


def test_people_read_the_plan_and_programs_too():
    said = CliRunner().invoke(app, ["cost", "--plan", "100000000"], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    for wanted in ("spark", "USD a month", "To be raised or met", "usage plan", "docs/scale.md"):
        assert wanted in said.output
    told = CliRunner().invoke(app, ["cost", "--plan", "100000000", "--json"], catch_exceptions=False)
    found = json.loads(told.output)
    assert set(found["runs"]) == set(KINDS)
    assert found["usd"]["month"] == pytest.approx(sum(found["usd"][part] for part in PARTS), rel=1e-6)


def test_a_plan_for_nobody_is_refused():
    assert CliRunner().invoke(app, ["cost", "--plan", "0"]).exit_code != 0
