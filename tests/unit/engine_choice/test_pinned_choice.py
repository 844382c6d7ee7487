"""What a run pins of its engine: counted by the lake's statistics, kept in the manifest, told at its end."""

from __future__ import annotations

import pytest

from patronage import spark_job
from patronage.errors import BadInput
from patronage.local.lakes import OpenLake
from patronage.local.runs import run_segmentation
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.ended import ended
from patronage.steps.pin import pin
from patronage.steps.status import status
from patronage.stores.lake import Snapshot
from patronage.stores.objects import read_json, write_json
from patronage.stores.operations import Execution
from tests_support import NOW

ORDERS = "order_id,line,customer_id,product_id,quantity,unit_price,ordered_at\n" + "".join(
    f"o{number},1,c{number % 3},p{number % 2},1,2.00,2025-11-0{number + 1}T10:00:00Z\n" for number in range(6)
)
SETTINGS = "settings/engine.toml"


def of_lake(lake, shop, run_id="run", **given):
    return pin(run_id, "segments", lake, shop, now=NOW, **given)


def test_rows_are_counted_without_reading_one(ingest_text, lake, monkeypatch):
    ingest_text(ORDERS)
    ingest_text(
        "product_id,title,category,price,currency\np0,Tea,Food,2.00,GBP\np1,Cup,Home,3.00,GBP\n",
        key="raw/products/p.csv",
    )
    monkeypatch.setattr(Snapshot, "select", lambda *_: pytest.fail("read rows"))
    monkeypatch.setattr(Snapshot, "files", lambda *_: pytest.fail("staged files"))
    assert {name: lake.snapshot(name).rows() for name in ("orders", "products", "events")} == {
        "orders": 6,
        "products": 2,
        "events": 0,
    }


def test_a_run_on_this_machine_goes_past_what_one_function_carries(ingest_text, lake, shop):
    ingest_text(ORDERS)
    lake.store.write_bytes(SETTINGS, b"max_lines = 5\n")
    run_id = run_segmentation(OpenLake(lake, shop))
    manifest = Manifest.load(lake.store, run_id)
    assert (manifest.engine, manifest.engine_reason_code) == ("duckdb", "on_this_machine")
    assert manifest.engine_reason_values["limits"] == {"orders": 5}
    assert lake.store.exists(f"runs/{run_id}/publish/segments/shards.json")


def test_the_choice_stands_in_the_manifest_and_the_same_run_gets_it_again(ingest_text, lake, shop):
    ingest_text(ORDERS)
    lake.store.write_bytes(SETTINGS, b"max_lines = 5\n")
    answer = of_lake(lake, shop, has_spark=True)
    assert (answer["engine"], answer["lines"]) == ("spark", 6)
    assert answer["reason"] == "6 order lines are more than the 5 that one function carries"
    manifest = Manifest.load(lake.store, "run")
    assert (manifest.engine, manifest.engine_reason) == (answer["engine"], answer["reason"])
    assert manifest.rows == {"orders": 6}
    assert (answer["reason_code"], answer["reason_values"]) == (
        "beyond_one_function",
        {
            "passed": answer["reason"],
            "rows": {"orders": 6},
            "limits": {"orders": 5},
        },
    )
    lake.store.write_bytes(SETTINGS, b"max_lines = 50\n")
    assert of_lake(lake, shop, has_spark=True) == answer
    assert of_lake(lake, shop, "other", has_spark=True)["engine"] == "duckdb"


def test_a_run_that_was_pinned_before_there_were_codes_answers_its_sentence(ingest_text, lake, shop):
    ingest_text(ORDERS)
    answer = of_lake(lake, shop)
    kept = read_json(lake.store, "runs/run/manifest.json")
    older = {name: value for name, value in kept.items() if not name.startswith("engine_reason_")}
    write_json(lake.store, "runs/run/manifest.json", older)
    assert of_lake(lake, shop) == answer | {"reason_code": None, "reason_values": {}}


def test_without_spark_a_run_that_is_too_large_says_how_to_enable_it(ingest_text, lake, shop):
    ingest_text(ORDERS)
    lake.store.write_bytes(SETTINGS, b"max_lines = 5\n")
    answer = of_lake(lake, shop)
    assert answer["engine"] == "too_large"
    assert answer["reason"].endswith("enable Spark with: make deploy SPARK=on")


def test_faulty_settings_stop_the_run_before_it_is_pinned(ingest_text, lake, shop):
    ingest_text(ORDERS)
    lake.store.write_bytes(SETTINGS, b'engine = "pandas"\n')
    with pytest.raises(BadInput, match="auto, duckdb or spark"):
        of_lake(lake, shop)
    assert not lake.store.exists("runs/run/manifest.json")


def test_the_status_tells_the_engine_of_a_run(store):
    told = {
        "engine": "spark",
        "engine_reason": "6 order lines are more than 5",
        "engine_reason_code": "beyond_one_function",
        "engine_reason_values": {"rows": {"orders": 6}},
        "reason": "published",
    }
    write_json(store, "monitor/runs/segmentation/r.json", told)
    runs = {"segmentation": [Execution("r", "SUCCEEDED", NOW, NOW)]}
    (run,) = status(store=store, executions=runs, pointer={}, now=NOW)["runs"]["segmentation"]
    assert {name: run[name] for name in told} == told
    older = {name: value for name, value in told.items() if not name.startswith("engine_reason_")}
    write_json(store, "monitor/runs/segmentation/r.json", older)
    (run,) = status(store=store, executions=runs, pointer={}, now=NOW)["runs"]["segmentation"]
    assert {name for name in run if name.startswith("engine")} == {"engine", "engine_reason"}


def test_what_nothing_carries_is_advised_with_the_code_of_its_reason(ingest_text, lake, shop):
    ingest_text(ORDERS)
    lake.store.write_bytes(SETTINGS, b"max_lines = 5\n")
    answer = of_lake(lake, shop)
    described = {"status": "FAILED", "startDate": NOW, "stopDate": NOW}
    described |= {"error": "TooLarge", "cause": answer["reason"]}
    given = {"described": described, "history": [], "cost": {"usd": 0}, "store": lake.store}
    ended("segmentation", "run", **given)
    runs = {"segmentation": [Execution("run", "FAILED", NOW, NOW)]}
    found = status(store=lake.store, executions=runs, pointer={}, now=NOW)["next"]
    (values,) = [each["say_values"] for each in found if each["say_code"] == "run_failed"]
    assert values["cause"] == f"TooLarge: {answer['reason']}"
    assert (values["cause_code"], values["cause_values"]) == (answer["reason_code"], answer["reason_values"])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["segmentation", "none", "--lake", "{lake}"], "run none has no manifest"),
        (["training", "run", "--lake", "{lake}"], "run run is one of segments, which training does not make"),
        (["segmentation", "run", "--lake", "gs://bucket"], "neither s3://BUCKET nor a folder"),
    ],
)
def test_a_job_that_cannot_be_ends_with_one_sentence(ingest_text, lake, shop, capfd, asked, says):
    ingest_text(ORDERS)
    of_lake(lake, shop)
    assert spark_job.main([each.format(lake=lake.store.root) for each in asked]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert says in line
