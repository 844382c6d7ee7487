"""What the previous version left behind is read by this one: its lake, runs, served items and documents."""

from __future__ import annotations

import base64
import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import serving_support
from patronage.logic.layout import SERVING, UnknownLayout
from patronage.logic.serve.keys import OPEN
from patronage.logic.serve.rights import Rights, named
from patronage.steps import experiments
from patronage.steps.erase.requests import status as receipt_of
from patronage.steps.ingest import Upload, ingest
from patronage.steps.lookup import recommend, similar, trending
from patronage.steps.manifest import Manifest
from patronage.steps.model_details import show
from patronage.steps.models import versions
from patronage.steps.pin import pin, pinned_engine
from patronage.steps.point_back import point_back
from patronage.steps.upload_reports import upload_reports
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from patronage.stores.serving import ServingTable
from patronage.stores.serving_reader import POINTER_SECONDS, ServingReader
from previous_support import EXPERIMENT, READ, VIEWS, VISIT, lost
from tests_support import NOW, adds_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


RUNS = {"segments": "second-segmentation", "recommendations": "second-training"}
BEFORE = {"segments": "first-segmentation", "recommendations": "first-training"}
UPLOADS = {"orders.csv", "events.jsonl", "odd.csv", "products.csv"}
NET_MINOR = (6 * 5 + 23) * 250 + 5 * 5 * 1000
LATER = (
    "event_id,event_type,customer_id,session_id,product_id,occurred_at,recommendation_id,placement,position\n"
)


@pytest.fixture(scope="module")
def told(left_behind: Path) -> dict[str, Any]:
    return json.loads((left_behind / "told.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lake(left_behind: Path) -> Lake:
    return Lake(FolderStore(left_behind / "lake"))


@pytest.fixture
def own_lake(left_behind: Path, tmp_path: Path) -> Lake:
    """A copy to write to."""
    return Lake(FolderStore(shutil.copytree(left_behind / "lake", tmp_path / "lake")))


@pytest.fixture
def table(told: dict[str, Any]) -> Iterator[ServingTable]:
    """The serving table with every item, under the environment of a function."""
    with serving_support.aws() as client:
        for item in told["items"]:
            client.put_item(TableName=serving_support.TABLE, Item={name: stored(item[name]) for name in item})
        yield ServingTable(serving_support.TABLE, client=client)


def stored(value: dict[str, Any]) -> dict[str, Any]:
    """Return an attribute as DynamoDB takes it; JSON has no bytes."""
    return {"B": base64.b64decode(value["B"])} if "B" in value else value


@pytest.fixture(scope="module")
def now(told: dict[str, Any]) -> datetime:
    """Shortly after the previous version answered, while its visit lasts."""
    (pointer,) = (item for item in told["items"] if item["pk"]["S"] == "pointer")
    published_at = pointer["recommendations"]["M"]["published_at"]["S"]
    return datetime.fromisoformat(published_at) + timedelta(seconds=30)


def test_the_pointer_says_what_is_live_and_what_was(told, table):
    pointer = table.pointer()
    assert {family: pointer[family].run_id for family in RUNS} == RUNS
    assert {family: pointer[family].superseded.run_id for family in RUNS} == BEFORE
    assert {entry.layout for entry in pointer.values()} == {1}


def test_recommendations_are_those_of_the_previous_version(told, table, now):
    reader = ServingReader(table)
    visit = Rights(sessions=((OPEN, VISIT),))
    answers = {
        "own": recommend(reader, named("A0"), 5, now=now),
        "of_a_visit": recommend(reader, visit, 5, now=now),
        "similar": similar(reader, "B-p1", 5, now=now),
        "trending": trending(reader, 5, now=now),
    }
    assert answers["of_a_visit"]["rung"] == "session"
    for name, answer in answers.items():
        assert lost(answer, told["answers"][name]) == []


def test_figures_rules_and_experiments_are_those_of_the_previous_version(told, table):
    api = serving_support.fresh_function("api")
    for name, path in READ.items():
        resource, given = path, None
        if path.startswith(("customers/", "analytics/customers/")):
            resource, given = path.replace("A1", "{customer_id}"), {"customer_id": "A1"}
        asked = {"resource": f"/api/v1/{resource}", "path": f"/api/v1/{path}", "pathParameters": given}
        answer = api(serving_support.event("aws-rest-segments", **asked))
        assert answer["statusCode"] == 200, (name, answer)
        assert lost(json.loads(answer["body"]), told["answers"][name]) == []


def test_an_experiment_goes_on_and_can_be_stopped(table, tmp_path):
    (running,) = experiments.show(table)["experiments"]
    assert (running["experiment_id"], running["state"]) == (EXPERIMENT["experiment_id"], "running")
    stopped = experiments.stop(EXPERIMENT["experiment_id"], store=FolderStore(tmp_path), table=table, now=NOW)
    assert stopped["state"] == "stopped"
    assert experiments.show(table)["experiments"] == [stopped]


def test_what_was_live_before_can_be_rolled_back_to(table):
    for family, run_id in BEFORE.items():
        point_back(family, table=table, now=NOW, keep_days=7)
        assert table.pointer()[family].run_id == run_id
    answer = recommend(ServingReader(table), named("A0"), 5, now=NOW)
    assert answer["generation"] == BEFORE["recommendations"]
    assert answer["items"]


def test_lookups_answer_from_memory_where_a_generation_of_a_newer_layout_went_live(table, now):
    """As after the way back from an update; who has no memory says what to deploy."""
    reader = ServingReader(table)
    before = recommend(reader, named("A0"), 5, now=now)
    live = table.pointer()["recommendations"]
    assert table.point("recommendations", replace(live, version=live.version + 1, layout=SERVING + 1))
    later = now + timedelta(seconds=POINTER_SECONDS + 1)
    answer = recommend(reader, named("A0"), 5, now=later)
    assert answer["degraded"] is True
    assert answer["generation"] == before["generation"]
    assert answer["items"]
    with pytest.raises(UnknownLayout, match="deploy the version that wrote it"):
        recommend(ServingReader(table), named("A0"), 5, now=later)


def test_manifests_models_receipts_and_reports_can_be_read(lake, told, table):
    store = lake.store
    for family, run_id in {**RUNS, **{f"{family} before": run for family, run in BEFORE.items()}}.items():
        manifest = Manifest.load(store, run_id)
        assert (manifest.family, manifest.engine) == (family.split()[0], "duckdb")
        assert manifest.lines >= 78
    found = versions(store, table.pointer(), limit=100)
    live = [each for each in found["models"] if each["state"] == "live"]
    assert [(each["model"], each["version"]) for each in live] == [("item_to_item", RUNS["recommendations"])]
    assert show(f"item_to_item@{RUNS['recommendations']}", lake, table.pointer())
    (erasure,) = {key.split("/")[1] for key in store.keys("erasures/2")}
    assert receipt_of(store, erasure)["state"] == "done"
    reports = upload_reports(store, limit=10)["reports"]
    assert {each["key"].rpartition("/")[2] for each in reports} >= UPLOADS
    assert sum(each["refused"] for each in reports) == 1


def test_its_rows_are_read_with_nothing_in_the_columns_that_came_later(lake, shop, now):
    pin("a-new-run", "segments", lake, shop, now=now)
    manifest = Manifest.load(lake.store, "a-new-run")
    with pinned_engine(manifest, lake, "events", "products") as engine:
        assert engine.row("SELECT COUNT(*) AS n, SUM(net_minor) AS net FROM orders") == {
            "n": 78,
            "net": NET_MINOR,
        }
        assert engine.row("SELECT COUNT(*) AS n, COUNT(is_simulated) AS marked FROM events")["marked"] == 0
        assert engine.row("SELECT COUNT(*) AS n FROM products") == {"n": 12}


def test_new_rows_and_an_upload_from_before_go_into_the_lake(own_lake, shop, tmp_path, now):
    """Events may say which answer showed what they are about, and no row is there twice."""
    path = tmp_path / "events.csv"
    path.write_text(f"{LATER}n1,click,A1,s1,A-p2,2025-03-05T12:00:00Z,r1~x~y~~~~u~00000000,basket,1\n")
    new = Upload(path=path, key="raw/events/new.csv", version="1", last_modified=now)
    report = ingest(new, own_lake, shop, now=now)
    assert (report["kept"], adds_up(report)) == (1, True)
    again = tmp_path / "again.jsonl"
    again.write_text(VIEWS, encoding="utf-8")
    known = Upload(path=again, key="raw/events/again.jsonl", version="1", last_modified=now)
    report = ingest(known, own_lake, shop, now=now)
    assert adds_up(report)
    pin("after", "segments", own_lake, shop, now=now)
    with pinned_engine(Manifest.load(own_lake.store, "after"), own_lake, "events") as engine:
        assert engine.row("SELECT COUNT(*) AS n FROM events") == {"n": 13}
        marked = engine.rows("SELECT event_id, placement, position FROM events WHERE placement IS NOT NULL")
        assert marked == [{"event_id": "n1", "placement": "basket", "position": 1}]
