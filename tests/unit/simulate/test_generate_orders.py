"""`patronage generate --orders` reads any order export, and keeps apart what goes with a synthetic shop."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from patronage.cli import app

UCI = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n" + "".join(
    f"{536_000 + number},{85_000 + number % 5},RED MUG {number % 5},2,"
    f"2010-12-{1 + number // 24:02} {number % 24:02}:26:00,2.55,{17_850 + number % 7}.0,United Kingdom\n"
    for number in range(100)
)


def run(*arguments):
    return CliRunner().invoke(app, ["generate", *map(str, arguments)])


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(UCI)
    return path


def test_an_export_of_a_known_dialect_is_simulated_from(orders, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out"
    options = ("--currency", "GBP", "--timezone", "Europe/London")
    done = run("--orders", orders, "--out", out, *options, "--seed", "3", "--days", "10", "--format", "csv")
    assert done.exit_code == 0, done.output
    assert "100 rows read: 100 kept" in done.output
    assert "every event is marked as simulated" in done.output
    assert {path.name for path in out.iterdir()} == {
        "events.csv",
        "products.csv",
        "experiment.json",
        "README.md",
    }
    assert "| `seed` | 3 |" in (out / "README.md").read_text()
    assert "| `days` | 10 |" in (out / "README.md").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"orders.csv", "out"}  # the lake went away again


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--customers", "5"), "--customers is of a synthetic shop"),
        (("--products", "5"), "--products is of a synthetic shop"),
        (("--start", "2024-01-01"), "--start is of a synthetic shop"),
        (("--days", "0"), "days=0 must lie between"),
        (("--format", "xlsx"), "format 'xlsx' is unknown"),
    ],
)
def test_what_goes_with_a_synthetic_shop_is_refused(orders, tmp_path, arguments, said):
    done = run("--orders", orders, "--out", tmp_path / "out", *arguments)
    assert done.exit_code != 0
    assert said in str(done.exception or done.output)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", [("--currency", "GBP"), ("--timezone", "UTC"), ("--settings", "a.toml")])
def test_what_says_how_orders_are_read_needs_orders(tmp_path, option):
    done = run("--out", tmp_path / "out", *option)
    assert done.exit_code != 0
    assert f"{option[0]} says how an order export is read" in str(done.exception)


def test_a_file_that_is_none_or_holds_no_orders_is_refused(tmp_path):
    done = run("--orders", tmp_path / "none.csv", "--out", tmp_path / "out")
    assert "is no file" in str(done.exception)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    done = run("--orders", tmp_path / "other.csv", "--out", tmp_path / "out")
    assert "no dialect fits" in str(done.exception)
