"""The commands as a person gives them: their output and exit code."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import run_support
from patronage.cli import _COMMANDS
from patronage.logic.recommenders.candidates import CANDIDATES, HYBRID

PATRONAGE = Path(sys.executable).parent / "patronage"


def as_a_process(*arguments: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"COLUMNS": "120", "NO_COLOR": "1"}
    done = subprocess.run(
        [PATRONAGE, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    return checked(done, code)


def patronage(*arguments: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Do what the process does, in this one: its imports are paid once."""
    return checked(run_support.patronage(*arguments, cwd=cwd, width=120), code)


def checked(done: subprocess.CompletedProcess[str], code: int) -> subprocess.CompletedProcess[str]:
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    """A folder in which two groups of customers with different tastes were run."""
    folder = tmp_path_factory.mktemp("shop")
    lines = ["order_id,customer_id,product_id,description,quantity,unit_price,ordered_at"]
    for customer in range(12):
        taste = "tea" if customer % 2 else "cup"
        for product in range(6):
            if product != customer // 2:  # each lacks one product of the own taste
                day = f"2025-03-{1 + product:02d}T10:00:00Z"
                lines.append(
                    f"o{customer}-{product},0{customer},{taste}{product},{taste} {product},1,2.50,{day}"
                )
    (folder / "orders.csv").write_text("\n".join(lines) + "\n")
    patronage("run", "--orders", "orders.csv", "--currency", "GBP", "--out", "out", cwd=folder)
    return folder


def test_run_writes_csv_and_parquet_that_agree(shop):
    # each basket holds one product here, so nothing stands with another in one
    for name, least in (
        ("segments", 1),
        ("recommendations", 1),
        ("similar_products", 1),
        ("bought_together", 0),
    ):
        with (shop / "out" / f"{name}.csv").open() as file:
            rows = list(csv.reader(file))
        (count,) = duckdb.sql(f"SELECT COUNT(*) FROM '{shop}/out/{name}.parquet'").fetchall()[0]
        assert len(rows) == count + 1 > least


def test_recommend_finds_the_withheld_product_first(shop):
    answer = json.loads(patronage("recommend", "--user-id", "03", "--top-k", "3", "--json", cwd=shop).stdout)
    assert answer["items"][0]["product_id"] == "tea1"
    assert answer["items"][0]["rung"] == "user"
    table = patronage("recommend", "--user_id", "03", "--top_k", "3", cwd=shop).stdout
    assert "tea1" in table
    assert "%" in table


def test_an_unknown_customer_gets_what_is_popular(shop):
    answer = json.loads(patronage("recommend", "--user-id", "nobody", "--json", cwd=shop).stdout)
    assert len(answer["items"]) == 10
    assert {item["rung"] for item in answer["items"]} == {"popular"}


def test_segment_writes_one_row_a_customer(shop):
    shown = patronage("segment", "--output", "segments.csv", cwd=shop).stdout
    assert "Segments as of 2025-03-07" in shown
    with (shop / "segments.csv").open() as file:
        assert {row["customer_id"] for row in csv.DictReader(file)} == {f"0{n}" for n in range(12)}


def test_two_runs_are_compared_and_cohorts_and_sales_sliced(shop):
    patronage("segment", cwd=shop)
    runs = sorted(path.parents[1].name for path in shop.glob("patronage-data/runs/*/segments/rfm.parquet"))
    shown = patronage("compare", runs[0], runs[-1], "--output", "moves.json", cwd=shop).stdout
    assert "12 stayed, 0 moved, 0 new, 0 gone" in shown
    moves = json.loads((shop / "moves.json").read_text())
    assert sum(move["customers"] for move in moves["moves"]) == 12
    for table in ("cohorts", "sales"):
        patronage("slice", table, "--by", "channel", "--output", f"{table}.json", cwd=shop)
        found = json.loads((shop / f"{table}.json").read_text())
        assert (found["by"], [each["value"] for each in found["slices"]]) == ("channel", [None])


def test_evaluate_measures_every_model_and_their_blend_beside_popularity(shop):
    measured = json.loads(patronage("evaluate", "--all", "--json", "--output", "m.json", cwd=shop).stdout)
    assert set(measured) == {*CANDIDATES, HYBRID} - {"repeat"}
    assert json.loads((shop / "m.json").read_text()) == measured
    for found in measured.values():
        values = [each for metric in found["metrics"].values() for each in metric.values()]
        assert all(0 <= value <= 1 for value in values)


def test_evaluate_prints_a_model_beside_popularity(shop):
    shown = patronage("evaluate", "--model", "collaborative", "--split", "last", cwd=shop).stdout
    assert "item_to_item" in shown
    assert "popularity" in shown
    assert "NDCG" in shown
    shown = patronage("evaluate", "--model", "content", "--metric", "recall", cwd=shop).stdout
    assert "Recall" in shown


def test_errors_of_ratings_need_ratings_and_say_how_to_supply_them(shop):
    done = patronage("evaluate", "--model", "collaborative", "--metric", "rmse", cwd=shop, code=2)
    assert "NDCG" in done.stderr
    assert "patronage ingest --table ratings" in done.stderr


def test_ratings_are_predicted_and_measured_beside_the_baseline(shop):
    lines = ["customer_id,product_id,rating"]
    for customer in range(12):
        for product in range(6):
            taste = "tea" if customer % 2 else "cup"
            lines += [
                f"0{customer},{taste}{product},{5 - product % 2}",
                f"0{customer},x{product},{1 + product % 2}",
            ]
    (shop / "ratings.csv").write_text("\n".join(lines) + "\n")
    patronage("ingest", "--table", "ratings", "ratings.csv", "--lake", "rated", "--currency", "GBP", cwd=shop)
    patronage("ingest", "orders.csv", "--lake", "rated", cwd=shop)
    asked = ("evaluate", "--model", "collaborative", "--metric", "rmse", "--lake", "rated")
    measured = json.loads(patronage(*asked, "--json", cwd=shop).stdout)
    assert set(measured) == {"item_cf", "baseline"}
    assert 0 < measured["item_cf"]["rmse"]["value"] < 1
    assert "RMSE" in patronage(*asked, cwd=shop).stdout


def test_similar_products_and_what_stands_in_the_same_baskets(shop):
    answer = json.loads(
        patronage("similar", "--product-id", "tea1", "--top-k", "3", "--json", cwd=shop).stdout
    )
    assert {item["product_id"][:3] for item in answer["items"]} == {"tea"}
    assert {item["rung"] for item in answer["items"]} == {"similar"}
    assert "tea" in patronage("similar", "--product_id", "tea1", "--together", cwd=shop).stdout


def test_a_visit_decides_for_who_is_unknown(shop):
    asked = ("recommend", "--user-id", "nobody", "--session", "cup1,tea1", "--top-k", "2", "--json")
    answer = json.loads(patronage(*asked, cwd=shop).stdout)
    assert [item["rung"] for item in answer["items"]] == ["session", "session"]
    assert answer["items"][0]["product_id"].startswith("tea")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "--orders", "none.csv"], "none.csv is no file"),
        (["run", "--orders", "orders.csv", "--currency", "pounds"], "ISO 4217"),
        (["run", "--orders", "orders.csv", "--currency", "EUR"], "kept in GBP"),
        (["segment", "--lake", "nowhere"], "holds no lake"),
        (["segment", "--output", "segments.doc"], "must end in .csv or .parquet"),
        (["compare", "a", "b"], "no run of segments 'a'; the newest are"),
        (["slice", "sales", "--by", "gendr", "--output", "s.json"], "near it: gender"),
        (["slice", "orders", "--output", "s.json"], "none of cohorts, sales"),
        (["evaluate", "--model", "magic"], "known are collaborative, als, content"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_1(shop, arguments, says):
    done = patronage(*arguments, cwd=shop, code=1)
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_helps_with_an_example(tmp_path, command):
    assert f"patronage {command}" in patronage(command, "--help", cwd=tmp_path).stdout


def test_help_lists_every_command(tmp_path):
    shown = as_a_process("--help", cwd=tmp_path).stdout
    named = {line.strip("│ ").split(" ")[0] for line in shown.splitlines()}
    assert named >= set(_COMMANDS)
