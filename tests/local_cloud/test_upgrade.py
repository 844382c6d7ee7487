"""A stack of the previous version, with a shop's data, is updated to this one and loses nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock
from urllib.parse import urlencode

import pytest

import previous_support as previous
from patronage.cloud import Api, Cloud, MiniStack, Stack, api_key, deploy, open_api, wait_for_runs
from patronage.logic.layout import LAKE
from patronage.logic.tables import TABLES
from patronage.stores.lake import Lake
from patronage.stores.layouts import KEY, lake_layout
from previous_support import ERASED, HEADER, VISIT, answers, erase, lost, objects, run, upload
from stacks_support import synthesise_stacks

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.local_cloud, pytest.mark.slow]

SHOP = 'currency = "GBP"\ntimezone = "Europe/London"\n'
HOLDING_DATA = {
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::SecretsManager::Secret",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::ApiKey",
    "AWS::SQS::Queue",
    "AWS::KinesisFirehose::DeliveryStream",
}
LATER = f"{HEADER}\n" + "".join(
    f"later-{member},1,C{member},B-p{member},B product {member},2,10.00,GBP,2025-03-06T10:00:00Z,France\n"
    for member in range(3)
)
CLICKED = json.dumps(
    {
        "event_id": "clicked",
        "event_type": "click",
        "customer_id": "A1",
        "session_id": "s-later",
        "product_id": "A-p1",
        "occurred_at": "2025-03-06T11:00:00Z",
        "placement": "basket",
        "position": 1,
    }
)


@dataclass
class Upgraded:
    """A stack of the previous version that was updated, and what there was before."""

    stack: Stack
    api: Api
    before: dict[str, Any]
    assembly: Path
    old_assembly: Path
    folder: Path


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """Deploy the previous version, use it, note all, and deploy this version over it."""
    folder = tmp_path_factory.mktemp("upgrade")
    old_assembly = previous.previous_assembly(tmp_path_factory.mktemp("previous"))
    assembly = synthesise_stacks(folder, {"Patronage": {"shop": SHOP}, "Clean": {"shop": SHOP}})
    with MiniStack(port=0) as ministack, mock.patch.dict(os.environ, caller_of(ministack.endpoint)):
        cloud = Cloud(ministack.endpoint)
        stack = deploy(cloud, old_assembly)
        api = previous.use(stack, folder)
        before = noted(stack, api)
        updated = deploy(cloud, assembly)
        yield Upgraded(updated, api, before, assembly, old_assembly, folder)


def caller_of(endpoint: str) -> dict[str, str]:
    return {**Cloud(endpoint).environment, "AWS_REGION": "us-east-1"}


def noted(stack: Stack, api: Api) -> dict[str, Any]:
    """Note what an update may not lose."""
    return {
        "resources": resources(stack),
        "rows": rows(stack),
        "lake": objects(stack, "LakeBucketName"),
        "raw": versions(stack),
        "served": {item["pk"]["S"]: item for item in previous.served(stack)},
        "answers": answers(api),
        "page": page(api, limit=2),
        "keys": [api_key(stack), api_key(stack, "browser")],
        "token": api.visitor_token(user_id="A0"),
        "people": people(stack),
    }


def resources(stack: Stack) -> dict[str, str]:
    pages = stack.cloud.client("cloudformation").get_paginator("list_stack_resources")
    listed = [
        each for page in pages.paginate(StackName=stack.name) for each in page["StackResourceSummaries"]
    ]
    kept = [each for each in listed if each["ResourceType"] in HOLDING_DATA]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in kept}


def rows(stack: Stack) -> dict[str, int]:
    """Return how many rows each table of the lake has."""
    with closing(stack.lake_store()) as store:
        return {table: Lake(store).snapshot(table).rows() for table in TABLES}


def versions(stack: Stack) -> set[tuple[str, str, str]]:
    pages = stack.cloud.client("s3").get_paginator("list_object_versions")
    listed = pages.paginate(Bucket=stack.output("RawBucketName"))
    return {
        (each["Key"], each["VersionId"], each["ETag"]) for page in listed for each in page.get("Versions", [])
    }


def people(stack: Stack) -> set[str]:
    listed = stack.cloud.client("cognito-idp").list_users(UserPoolId=stack.output("UserPoolId"))["Users"]
    return {each["Username"] for each in listed}


def page(api: Api, *, limit: int, cursor: str = "") -> dict[str, Any]:
    """Return a page of the largest segment's customers."""
    segments = api.get("/api/v1/segments", with_token=True).body["segments"]
    largest = max(segments, key=lambda each: (each["customers"], each["segment_id"]))["segment_id"]
    asked = urlencode({"segment_id": largest, "limit": limit} | ({"cursor": cursor} if cursor else {}))
    answer = api.get(f"/api/v1/segments/customers?{asked}", with_token=True)
    assert answer.status == 200, answer
    return answer.body


def admin(api: Api, method: str, path: str, body: object = None) -> dict[str, Any]:
    answer = api.ask(method, f"/api/v1{path}", headers={"Authorization": api.admin_token}, body=body)
    assert answer.status in {200, 201}, answer
    return answer.body


def test_nothing_that_holds_data_was_replaced(upgraded):
    before = upgraded.before["resources"]
    assert len(before) > 8
    assert {name: resources(upgraded.stack).get(name) for name in before} == before


def test_no_row_object_or_item_is_missing(upgraded):
    stack, before = upgraded.stack, upgraded.before
    assert rows(stack) == before["rows"]
    assert versions(stack) == before["raw"]
    assert objects(stack, "LakeBucketName") == before["lake"]
    assert {item["pk"]["S"]: item for item in previous.served(stack)} == before["served"]


def test_the_api_answers_at_once_as_it_did(upgraded):
    """By the generation of the previous version, under the keys, tokens and people of before."""
    assert lost(answers(upgraded.api), upgraded.before["answers"]) == []
    stack, browser = upgraded.stack, {"x-api-key": upgraded.api.browser_key}
    assert [api_key(stack), api_key(stack, "browser")] == upgraded.before["keys"]
    shown = browser | {"x-visitor-token": upgraded.before["token"]}
    answer = upgraded.api.ask("GET", "/api/v1/recommendations/A0?k=1", headers=shown)
    assert (answer.status, answer.body["rung"]) == (200, "user")
    assert people(stack) == upgraded.before["people"]


def test_a_visit_and_a_page_go_on(upgraded):
    visit = upgraded.api.get(f"/api/v1/recommendations?session_id={VISIT}&k=5", with_key=True).body
    assert visit["rung"] == "session"
    first = upgraded.before["page"]
    second = page(upgraded.api, limit=2, cursor=first["next_cursor"])
    assert second["customers"]
    assert not {each["customer_id"] for each in second["customers"]} & {
        each["customer_id"] for each in first["customers"]
    }


def test_the_generation_before_can_be_rolled_back_to(upgraded):
    api = upgraded.api
    back = admin(api, "POST", "/models/rollback", {"family": "recommendations"})
    assert (back["live_run"], back["rolled_back"]) == ("first-training", "second-training")
    forth = admin(api, "POST", "/models/rollback", {"family": "recommendations", "run_id": "second-training"})
    assert forth["live_run"] == "second-training"


def test_the_command_line_reads_what_the_previous_version_wrote(upgraded):
    for command, said in (
        (["models", "list"], "second-training"),
        (["models", "show", "item_to_item@second-training"], "second-training"),
        (["segment"], "Segments as of"),
        (["status"], "second-segmentation"),
    ):
        done = subprocess.run(
            [Path(sys.executable).parent / "patronage", *command, "--stack", "Patronage"],
            cwd=upgraded.folder,
            env=os.environ | {"COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert said in done.stdout, command


def test_uploads_go_into_the_old_lake_and_migrate_it(upgraded):
    stack, folder, before = upgraded.stack, upgraded.folder, upgraded.before["rows"]
    assert upload(stack, folder, "later.csv", LATER)["kept"] == 3
    assert upload(stack, folder, "clicked.jsonl", CLICKED, "events")["kept"] == 1
    now = rows(stack)
    assert (now["orders"], now["events"]) == (before["orders"] + 3, before["events"] + 1)
    with closing(stack.lake_store()) as store:
        assert lake_layout(store) == LAKE
        events = Lake(store).snapshot("events")
        found = events.select("SELECT event_id, placement FROM snapshot WHERE placement IS NOT NULL")
        assert [row for batch in found for row in batch["event_id"].to_pylist()] == ["clicked"]


def test_the_daily_upkeep_migrates_too(upgraded):
    """Under its own role, a lake that says no layout, as where nothing was uploaded since the update."""
    stack = upgraded.stack
    stack.cloud.client("s3").delete_object(Bucket=stack.output("LakeBucketName"), Key=KEY)
    before = rows(stack)
    started = stack.cloud.client("stepfunctions").start_execution(
        stateMachineArn=stack.output("UpkeepStateMachineArn"), name="upkeep"
    )
    wait_for_runs(stack, {"upkeep": started["executionArn"]}, on_state=lambda _: None, timeout_s=120)
    with closing(stack.lake_store()) as store:
        assert lake_layout(store) == LAKE
    assert rows(stack) == before


def test_a_new_run_publishes_and_its_totals_are_those_of_a_clean_install(upgraded):
    """The clean one gets the same files, without whom the old one erased, and the same rules."""
    stack, folder = upgraded.stack, upgraded.folder
    cursor = upgraded.before["page"]["next_cursor"]
    stopped = admin(upgraded.api, "POST", f"/experiments/{previous.EXPERIMENT['experiment_id']}/stop")
    assert stopped["state"] == "stopped"
    ended = run(stack, "third")
    assert {name: each["flip"]["flipped"] for name, each in ended.items()} == {
        "segmentation": True,
        "training": True,
    }
    clean = deploy(stack.cloud, upgraded.assembly, stack="Clean")
    upload(clean, folder, "orders.csv", previous.orders(without=ERASED))
    upload(clean, folder, "odd.csv", previous.REFUSED)
    upload(clean, folder, "products.csv", previous.PRODUCTS, "products")
    upload(clean, folder, "later.csv", LATER)
    upload(clean, folder, "events.jsonl", previous.VIEWS, "events")
    upload(clean, folder, "clicked.jsonl", CLICKED, "events")
    run(clean, "third")
    api = open_api(clean)
    admin(api, "PUT", "/rules", previous.RULES)
    assert totals(fresh(upgraded.api)) == totals(api)
    assert page(upgraded.api, limit=2, cursor=cursor)["generation"] == "second-segmentation"


def fresh(api: Api) -> Api:
    """Wait until the pointer, which is kept for a minute, has been read again."""
    wanted, live = {"third-training", "third-segmentation"}, set()
    deadline = time.monotonic() + 90
    while live != wanted and time.monotonic() < deadline:
        time.sleep(1)
        told = own(api, "A0"), api.get("/api/v1/segments", with_token=True).body
        live = {each["generation"] for each in told}
    assert live == wanted
    return api


def own(api: Api, customer_id: str) -> dict[str, Any]:
    """Ask as the customer's browser: in the local cloud the server's key is the same in every stack."""
    shown = {"x-api-key": api.browser_key, "x-visitor-token": api.visitor_token(user_id=customer_id)}
    answer = api.ask("GET", f"/api/v1/recommendations/{customer_id}", headers=shown)
    assert answer.status == 200, answer
    return answer.body


def totals(api: Api) -> dict[str, Any]:
    """Return what depends on the orders alone: a segment is settled by the runs before, too."""
    segments = api.get("/api/v1/segments", with_token=True).body
    cohorts = api.get("/api/v1/analytics/cohorts", with_token=True).body
    shown = {name: own(api, name)["items"] for name in ("A2", "B1", "C0")}
    return {
        "customers": sum(each["customers"] for each in segments["segments"]),
        "net_minor": sum(each["net_minor"] for each in segments["segments"]),
        "guest_net_minor": segments["guest_net_minor"],
        "cohorts": {name: cohorts[name] for name in cohorts if name not in previous.TELL_THE_TIME},
        "lists": {name: [each["product_id"] for each in items] for name, items in shown.items()},
    }


def test_whom_the_previous_version_could_not_erase_is_erased(upgraded):
    """It failed on products that came as CSV."""
    api = upgraded.api
    assert erase(api, "A4")
    assert api.get("/api/v1/customers/A4", with_token=True).status == 404


def test_the_way_back_answers_and_ingests(upgraded):
    """The previous version over this one's lake and generations: their layouts are those that it knows."""
    stack = deploy(upgraded.stack.cloud, upgraded.old_assembly)
    assert resources(stack).items() >= upgraded.before["resources"].items()
    told = answers(upgraded.api)
    assert told["own"]["items"]
    report = upload(stack, upgraded.folder, "last.csv", LATER.replace("later-", "last-"))
    assert report["kept"] == 3
