"""`patronage segment --export`, as a person calls it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from patronage.cli import app
from patronage.errors import BadInput
from patronage.local.lakes import create_lake
from patronage.steps.ingest import Upload, ingest
from tests_support import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.settings import Shop


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--method", "guess"], "--method guess is none of rfm, kmeans, behaviour, lifecycle"),
        (["--export", "tiktok", "--segment", "lost", "--output", "a.csv"], "must name one of klaviyo"),
        (["--segment", "lost", "--output", "a.csv"], "must name one of klaviyo"),
        (["--export", "meta", "--output", "a.csv"], "needs --segment"),
        (["--export", "meta", "--segment", "lost"], "needs --output with the name of a .csv file"),
        (["--export", "meta", "--segment", "lost", "--output", "a.parquet"], "a .csv file"),
    ],
)
def test_what_does_not_go_together_is_refused_before_a_run(arguments, says, tmp_path):
    done = CliRunner().invoke(app, ["segment", "--lake", str(tmp_path / "nowhere"), *arguments])
    assert isinstance(done.exception, BadInput)
    assert says in str(done.exception)


@pytest.mark.slow
def test_a_stage_of_the_lifecycle_goes_to_klaviyo(tmp_path: Path, shop: Shop):
    opened = create_lake(tmp_path / "lake", shop)
    orders = "".join(
        f"o{customer}-{n},c{customer},p{n % 3},1,{5 + customer % 7}.50,"
        f"2025-{month:02d}-{1 + customer % 20:02d}\n"
        for customer in range(60)
        for n, month in enumerate(range(1 + customer % 3, 12))
    )
    customers = "".join(f"c{n},c{n}@example.com,{'true' if n % 2 else 'false'}\n" for n in range(70))
    for key, text in (
        ("raw/orders/a.csv", "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n" + orders),
        ("raw/customers/a.csv", "customer_id,email,accepts_marketing\n" + customers),
    ):
        path = tmp_path / key.replace("/", "-")
        path.write_text(text)
        ingest(Upload(path=path, key=key, version="1", last_modified=NOW), opened.lake, shop, now=NOW)

    output = tmp_path / "active.csv"
    arguments = [
        "--method",
        "lifecycle",
        "--export",
        "klaviyo",
        "--segment",
        "active",
        "--output",
        str(output),
    ]
    done = CliRunner().invoke(app, ["segment", "--lake", str(tmp_path / "lake"), *arguments])

    assert done.exception is None, done.output
    assert "prospect" in done.output
    with output.open(newline="") as file:
        written = {row["Email"] for row in csv.DictReader(file)}
    (groups,) = (tmp_path / "lake/runs").glob("*/exports/lifecycle-active-klaviyo.csv")
    with groups.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert written == {f"{row['customer_id']}@example.com" for row in rows if row["group"] == "exported"}
    assert {int(row["customer_id"][1:]) % 2 for row in rows} == {1}, "only who said yes"
    assert 20 <= len(rows) <= 30
