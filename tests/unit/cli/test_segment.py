"""`patronage segment`: which run it takes."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest
import typer
from typer.testing import CliRunner

from patronage.cli import segment as command
from patronage.errors import NotFound
from patronage.local.lakes import OpenLake
from patronage.steps.pin import pin
from patronage.stores.objects import write_json
from tests_support import NOW

EXPORT = ("--method", "lifecycle", "--export", "mailchimp", "--segment", "active", "--with-unknown-consent")


@pytest.fixture
def shop_lake(ingest_text, lake, shop):
    ingest_text("order_id,customer_id,product_id,quantity,unit_price,ordered_at\no,a,p,1,5,2026-01-05\n")
    lake.store.write_bytes("shop.json", shop.to_json().encode())
    lake.store.write_bytes("settings/segments.toml", b"held_out_share = 0.0")
    return lake


@pytest.fixture
def made(shop_lake, shop):
    """Return what leaves in the lake what is read of a run, its one customer being who stands for the run."""

    def make(run_id: str, hours: int) -> str:
        lake, folder = shop_lake, f"runs/{run_id}"
        pin(run_id, "segments", lake, shop, now=NOW + timedelta(hours=hours))
        write_json(lake.store, f"{folder}/segments/profiles.json", {"lifecycle": []})
        write_json(lake.store, f"{folder}/segments/summary.json", {})
        write_json(lake.store, f"{folder}/publish/segments/shards.json", [])
        path = lake.store.root / f"{folder}/segments/customers.parquet"
        duckdb.sql(
            f"SELECT '{run_id}@example.com' AS customer_id, 'active' AS lifecycle_id, 1 AS net_minor, "
            "'lost' AS segment_id, 'promising' AS scored_segment_id"
        ).write_parquet(str(path))
        return run_id

    return make


@pytest.fixture
def call(shop_lake, made, tmp_path, monkeypatch):
    """Return what calls the command and returns what it prints and writes; a new run has the id `anew`."""
    monkeypatch.setattr(command, "run_segmentation", lambda *_, **__: made("anew", 9))
    app = typer.Typer()
    app.command()(command.segment)

    def run(*arguments: str) -> tuple[str, str]:
        output = tmp_path / "list.csv"
        given = ["--lake", str(shop_lake.store.root), "--output", str(output), *arguments]
        shown = CliRunner().invoke(app, given, catch_exceptions=False).output
        return shown, output.read_text().splitlines()[1].split(",")[0]

    return run


def test_an_export_takes_the_newest_run_and_says_which(call, made):
    made("zenith", 1)
    made("new", 2)
    shown, address = call(*EXPORT)
    assert address == "new@example.com"
    assert "exported run new, as of 2026-01-05; segment anew with: patronage segment\n" in shown


def test_an_export_takes_the_run_that_is_named(call, made):
    made("old", 1)
    made("new", 2)
    shown, address = call(*EXPORT, "--run", "old")
    assert address == "old@example.com"
    assert "exported run old, " in shown


def test_an_export_takes_the_live_run_of_a_stack(call, made, shop_lake, shop, monkeypatch):
    made("live", 1)
    made("refused", 2)
    opened = OpenLake(shop_lake, shop, {"segments": "live"})
    monkeypatch.setattr(command, "open_lake", lambda *_: opened)
    assert call(*EXPORT)[1] == "live@example.com"


def test_an_export_segments_where_there_is_no_run(call):
    shown, address = call(*EXPORT)
    assert address == "anew@example.com"
    assert "exported run anew, as of 2026-01-05\n" in shown


def test_all_segments_are_of_a_new_run_unless_one_is_named(call, made):
    made("old", 1)
    assert call("--method", "lifecycle")[1] == "anew@example.com"
    assert call("--method", "lifecycle", "--run", "old")[1] == "old@example.com"


def test_a_run_that_is_not_there_is_named(call, made, shop, shop_lake):
    made("old", 1)
    pin("unfinished", "segments", shop_lake, shop, now=NOW)
    for run_id in ("odl", "unfinished"):
        with pytest.raises(NotFound, match=f"--run {run_id}: the lake has no finished run of segments"):
            call(*EXPORT, "--run", run_id)
