"""`patronage cost` as a person calls it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from patronage.cli import app
from patronage.cli.cost_measured import _BILLED, thousand
from patronage.cli.cost_output import print_estimate, print_measured
from patronage.cli.outputs import console

ORDERS = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n" + "".join(
    f"o{number},c{number % 7},p{number % 5},1,2.50,2026-01-{1 + number % 28:02d}\n" for number in range(56)
)


def asked(*arguments):
    result = CliRunner().invoke(app, ["cost", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_shop_s_own_numbers_are_taken():
    found = json.loads(asked("--customers", "20000", "--orders", "8000", "--lookups", "1000000", "--json"))
    assert found["volumes"]["customers"] == 20_000
    assert found["volumes"]["lookups"] == 1_000_000
    assert found["idle"]["usd"] < 5


def test_a_file_of_orders_says_how_much_a_shop_has(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    result = CliRunner().invoke(app, ["cost", "--file", str(path), "--json"], catch_exceptions=False)
    found = json.loads(result.stdout)
    assert (found["volumes"]["customers"], found["volumes"]["products"]) == (7, 5)
    assert found["volumes"]["orders"] == 56


def test_rows_of_a_file_that_are_not_counted_are_told_beside_the_answer(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS + "o57,c1,p1,one,2.50,2026-01-02\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["cost", "--file", str(path), "--json"], catch_exceptions=False)
    assert json.loads(result.stdout)["volumes"]["orders"] == 56
    assert "1 refused: the quantity is no decimal number" in result.stderr


def test_a_file_without_a_row_is_told_so(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS.partition("\n")[0] + "\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["cost", "--file", str(path)])
    first, *doubts = str(result.exception).splitlines()
    assert first == f"{path}: no row was kept; give the numbers as options"
    assert doubts == ["the file holds no rows"]


def test_a_file_of_which_nothing_can_be_counted_is_told_why(tmp_path):
    path = tmp_path / "orders.csv"
    header, *lines = ORDERS.splitlines()
    path.write_text("\n".join([f"{header},currency", *(f"{line},SEK" for line in lines)]), encoding="utf-8")
    result = CliRunner().invoke(app, ["cost", "--file", str(path)])
    assert str(result.exception).splitlines() == [
        f"{path}: refused whole: 56 of 56 rows (100.0%) break a rule, more than the 20.0% of "
        "max_refused_share; nothing was kept. Mend them and upload the file again, or raise the share in its "
        "sidecar",
        "56 refused: the currency is not the shop's, and the shop's settings give no rate for it",
    ]


def test_people_read_totals_and_what_is_idle():
    out = asked("--orders", "100")
    for wanted in ("Idle: $", "By service", "read on 2026-11-28", "alarms", "A month"):
        assert wanted in out


def test_where_idle_is_over_five_dollars_it_says_how_to_be_under():
    out = asked("--orders", "100")
    found = json.loads(asked("--orders", "100", "--json"))["idle"]["usd_without_free"]
    assert ("dashboard = false" in out) == (found > 5)
    assert "leaves out $3.00" in out
    without = json.loads(asked("--orders", "100", "--json"))
    without["idle"]["usd_without_free"] = 4.99
    with console.capture() as said:
        print_estimate(without)
    assert "dashboard = false" not in said.get()


@pytest.mark.parametrize(
    ("told", "is_said"), [({"has_jobs": False}, True), ({"has_jobs": True}, False), ({}, False)]
)
def test_a_spark_job_whose_bill_was_not_read_is_told(told, is_said):
    parts = {name: {"quantity": 1} for name in ("lambda_gb_second", "states_transition", "dynamodb_write")}
    last = {"cost": {"usd": 0.5, "parts": parts, **told}}
    found = {
        "stack": "Shop",
        "machines": {"training": {"runs": 1, "seconds": 60, "usd": 0.5, "last": last}},
        "month": {"since": "2026-01-01T00:00:00+00:00", "runs": 1, "usd": 0.5},
        "thousand_recommendations": thousand([4.0], are_billed=True) | {"lookups": 1},
        "prices_read_on": "2026-11-28",
    }
    with console.capture() as said:
        print_measured(found)
    assert ("What their Spark jobs billed could not be read and is not in it." in said.get()) == is_said


def test_a_thousand_recommendations_by_hand():
    found = thousand([4.0, 5.0, 90.0], are_billed=True)
    by_hand = 3.5e-3 + 0.2e-3 + 5.0 * 0.0000133334 + 2_000 * 0.125e-6 + 1_000 / 1024**2 * 0.5
    assert found["usd"] == pytest.approx(by_hand, abs=1e-6)
    assert found["measured_as"] == "billed by Lambda"
    assert "seen from here" in thousand([4.0], are_billed=False)["measured_as"]


@pytest.mark.parametrize(
    "line",
    [
        "REPORT RequestId: 1\tDuration: 3.2 ms\tBilled Duration: 4 ms\tMemory Size: 1024 MB",
        '{"type":"platform.report","record":{"metrics":{"durationMs":3.2,"billedDurationMs":4,"memorySizeMB":1}}}',
    ],
)
def test_lambda_says_in_either_form_what_it_bills(line):
    assert _BILLED.findall(line) == ["4"]
