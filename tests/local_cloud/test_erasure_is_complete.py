"""After an erasure nothing of the person is found anywhere, by a search that knows nothing of our layout.

The person comes in by every door there is. The search finds them in every store before, so that it can be
believed when it finds them in none afterwards.
"""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest import mock
from urllib.parse import quote, urlencode

import pyarrow.parquet as pq
import pytest

from erase_doors_support import (
    EVENT,
    GROUPS,
    IDS,
    LATER_VISIT,
    MEMBERS,
    ORDER,
    ORDERS,
    PERSON,
    VISIT,
    readable,
    table_of,
    two,
    unreadable,
)
from patronage.cloud import (
    Api,
    Cloud,
    MiniStack,
    Stack,
    Uploaded,
    deploy,
    open_api,
    repository,
    start_run,
    synthesise,
    upload_file,
    wait_for_report,
    wait_for_runs,
)
from patronage.errors import BadInput, NotFound, RunFailed
from patronage.logic.segments.methods import METHODS
from patronage.settings import Shop
from patronage.steps.segment.exports import exports
from patronage.stores.lake import Lake
from searcher_support import Searcher, cloud_contents, folder_contents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Found = dict[str, set[str]]

pytestmark = [pytest.mark.local_cloud, pytest.mark.slow]

SEARCHER = Searcher(IDS)
KEPT = "settings/do_not_contact.csv"
WAIT_SECONDS = 180


@dataclass
class Deployed:
    """A stack of this module's own, and the folder in which its cloud and functions write."""

    stack: Stack
    api: Api
    folder: Path

    def search(self) -> Found:
        """Look through everything: the cloud by its API, and whatever its functions left on the disk."""
        found = SEARCHER.found_in(cloud_contents(self.stack.cloud.client))
        on_disk = SEARCHER.found_in(folder_contents(self.folder))
        return found | {f"disk {place}": names for place, names in on_disk.items()}

    def admin(self, method: str, path: str, *, whom: str = PERSON) -> Any:
        query = urlencode({"customer_id": whom})
        signed_in = {"Authorization": self.api.admin_token}
        return self.api.ask(method, f"/api/v1{path}?{query}", headers=signed_in)

    def runs(self, run_id: str, *machines: str) -> None:
        started = {each: start_run(self.stack, each, f"{run_id}-{each}") for each in machines}
        wait_for_runs(self.stack, started, on_state=lambda _: None, timeout_s=400)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    assembly = synthesise(repository(), Shop(currency="GBP", timezone="Europe/London"))
    with MiniStack(port=0) as ministack:
        cloud = Cloud(ministack.endpoint)
        stack = deploy(cloud, assembly.folder)
        assert ministack._folder is not None
        with mock.patch.dict(os.environ, cloud.environment):
            yield Deployed(stack, open_api(stack), ministack._folder)


def put(deployed: Deployed, key: str, content: bytes, folder: Path) -> Uploaded:
    path = folder / key.replace("/", "-")
    path.write_bytes(content)
    kind, _, name = key.partition("/")
    return upload_file(deployed.stack, path, name=name, table=kind)


@pytest.fixture(scope="module")
def uploaded(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("doors")
    waiting = [put(deployed, key, content, folder) for key, content in readable().items()]
    older = put(deployed, "orders/twice.csv", table_of(ORDERS, two("twice")), folder)
    assert wait_for_report(deployed.stack, older, timeout_s=WAIT_SECONDS)["kept"] == 2
    waiting.append(put(deployed, "orders/twice.csv", table_of(ORDERS, two("twice")[1:]), folder))
    reports = {each.key: wait_for_report(deployed.stack, each, timeout_s=WAIT_SECONDS) for each in waiting}
    refused = {key: report["refused"] for key, report in reports.items() if report["refused"]}
    assert refused == {"raw/orders/refused.csv": 2, "raw/events/visits.csv": 1}
    for key, content in unreadable().items():
        with pytest.raises((BadInput, RunFailed), match=r"could not be read|file unreadable"):
            wait_for_report(deployed.stack, put(deployed, key, content, folder), timeout_s=WAIT_SECONDS)


def posted(deployed: Deployed, event: dict[str, Any], **headers: str) -> None:
    event = {"occurred_at": datetime.now(UTC).isoformat(), **event}
    answer = deployed.api.ask("POST", "/api/v1/events", headers=headers, body=event)
    assert answer.status == 202, answer.body


@pytest.fixture(scope="module")
def served(deployed: Deployed, uploaded: None) -> None:
    """Let the person be served, seen, and in an experiment, and let requests about them fail."""
    deployed.runs("first", "segmentation", "training")
    api, server = deployed.api, {"x-api-key": deployed.api.key}
    arms = [
        {"arm": "nothing", "kind": "none", "weight": 0.01},
        {"arm": "all", "kind": "model", "weight": 0.99},
    ]
    made = api.ask(
        "POST",
        "/api/v1/experiments",
        headers={"Authorization": api.admin_token},
        body={"experiment_id": "do-they-pay", "arms": arms, "start": True},
    )
    assert made.status == 201, made.body
    browser = {"x-api-key": api.browser_key}
    posted(deployed, {"event_type": "view", "session_id": LATER_VISIT, "product_id": "B-p3"}, **browser)
    token = api.visitor_token(user_id=PERSON, session_id=LATER_VISIT)
    known = browser | {"x-visitor-token": token}
    answer = api.ask("GET", f"/api/v1/recommendations?{urlencode({'user_id': PERSON})}", headers=known)
    assert answer.body["rung"] == "user", answer.body
    shown = {"recommendation_id": answer.body["recommendation_id"], "placement": "home", "position": 1}
    for kind in ("impression", "click"):
        event = {"event_type": kind, "event_id": f"{EVENT}-{kind}", "product_id": "B-p5", **shown}
        posted(deployed, {**event, "user_id": PERSON, "session_id": LATER_VISIT}, **known)
    bought = {
        "event_type": "purchase",
        "event_id": f"{EVENT}-server",
        "order_id": ORDER,
        "product_id": "B-p4",
    }
    posted(deployed, {**bought, "user_id": PERSON, "session_id": LATER_VISIT}, **server)
    body = {"user_ids": [PERSON, "A0"]}
    assert api.ask("POST", "/api/v1/recommendations/batch", headers=server, body=body).status == 200
    for path in ("/customers", "/customers/features", "/analytics/customers/journey"):
        assert deployed.admin("GET", path).status == 200, path
    requests_that_fail(deployed)


def requests_that_fail(deployed: Deployed) -> None:
    api, server = deployed.api, {"x-api-key": deployed.api.key}
    asked = f"/api/v1/recommendations?{urlencode({'user_id': PERSON, 'k': 'many', PERSON: VISIT})}"
    assert api.ask("GET", asked, headers=server).status == 400
    assert api.ask("GET", f"/api/v1/nothing/{quote(PERSON, safe='')}", headers=server).status in {403, 404}
    wrong = {"event_type": PERSON, "user_id": PERSON, "session_id": VISIT}
    assert api.ask("POST", "/api/v1/events", headers=server, body=wrong).status == 400
    client, name = deployed.stack.cloud.client("lambda"), deployed.stack.output("LookupFunctionName")
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    broken = variables | {"PATRONAGE_SERVING_TABLE": "there-is-no-such-table"}
    client.update_function_configuration(FunctionName=name, Environment={"Variables": broken})
    asked = f"/api/v1/recommendations?{urlencode({'user_id': PERSON})}"
    assert api.ask("GET", asked, headers=server).status >= 500
    client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


@pytest.fixture(scope="module")
def told(deployed: Deployed, served: None, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Export the person's segment and data, run everything once more, and return where the person is then."""
    until_in_the_lake(deployed, f"{EVENT}-server")
    out = tmp_path_factory.mktemp("lists")
    with closing(deployed.stack.lake_store()) as store:
        segment = deployed.admin("GET", "/customers").body["segment_id"]
        run_id = "first-segmentation"
        for channel in ("klaviyo", "google"):
            exports(run_id, Lake(store), segment, channel, out / f"{channel}.csv", now=datetime.now(UTC))
        store.write_bytes(KEPT, table_of(["customer_id"], [[PERSON]]))
    asked = deployed.admin("POST", "/customers/export")
    assert asked.status == 202, asked.body
    until_done(deployed, f"exports/{asked.body['export_id']}")
    deployed.runs("second", "segmentation", "training")
    deployed.runs("third", "monitoring")
    with planted(deployed):
        return deployed.search()


@contextmanager
def planted(deployed: Deployed) -> Iterator[None]:
    """Put the person where the product puts nobody, so that it is seen that the search looks there too."""
    client = deployed.stack.cloud.client
    logs, sqs, states = client("logs"), client("sqs"), client("stepfunctions")
    log = {"logGroupName": "planted", "logStreamName": "planted"}
    logs.create_log_group(logGroupName="planted")
    logs.create_log_stream(**log)
    logs.put_log_events(**log, logEvents=[{"timestamp": int(time.time() * 1000), "message": f"of {PERSON}"}])
    queue = sqs.create_queue(QueueName="planted")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"whom": PERSON}))
    client("ssm").put_parameter(Name="planted", Value=PERSON, Type="String")
    client("secretsmanager").create_secret(Name="planted", SecretString=PERSON)
    ours = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    machine = states.create_state_machine(
        name="planted",
        definition=json.dumps({"StartAt": "End", "States": {"End": {"Type": "Pass", "End": True}}}),
        roleArn=states.describe_state_machine(stateMachineArn=ours)["roleArn"],
    )["stateMachineArn"]
    states.start_execution(stateMachineArn=machine, input=json.dumps({"whom": PERSON}))
    (deployed.folder / "planted").write_text(PERSON, encoding="utf-8")
    yield
    logs.delete_log_group(logGroupName="planted")
    sqs.delete_queue(QueueUrl=queue)
    client("ssm").delete_parameter(Name="planted")
    client("secretsmanager").delete_secret(SecretId="planted", ForceDeleteWithoutRecovery=True)
    states.delete_state_machine(stateMachineArn=machine)
    (deployed.folder / "planted").unlink()


def until_in_the_lake(deployed: Deployed, event_id: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    searcher = Searcher({"event": event_id})
    while time.monotonic() < deadline:
        with closing(deployed.stack.lake_store()) as store:
            for key in store.keys("lake/events/"):
                with suppress(NotFound):  # a later commit may have taken the file's place
                    if searcher.names_in(store.read_bytes(key)):
                        return
        time.sleep(0.5)
    pytest.fail(f"{event_id} did not reach the lake")


def until_done(deployed: Deployed, path: str) -> dict[str, Any]:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found = deployed.api.ask(
            "GET", f"/api/v1/{path}", headers={"Authorization": deployed.api.admin_token}
        )
        if found.body["state"] in {"done", "failed"}:
            assert found.body["state"] == "done", [found.body, told_by_the_machine(deployed)]
            return found.body
        time.sleep(0.5)
    raise AssertionError(f"not done after {WAIT_SECONDS} s: {found.body}")


def told_by_the_machine(deployed: Deployed) -> list[str]:
    client = deployed.stack.cloud.client("stepfunctions")
    machines = [each["stateMachineArn"] for each in client.list_state_machines()["stateMachines"]]
    (machine,) = (each for each in machines if "Erasure" in each)
    failed = client.list_executions(stateMachineArn=machine, statusFilter="FAILED")["executions"]
    return [
        str(client.describe_execution(executionArn=each["executionArn"]).get("cause", ""))[:2000]
        for each in failed
    ]


EVERYWHERE = {
    "customer": [
        *(f"raw raw/{key}$" for key in [*readable(), *unreadable()] if key != "orders/back.csv"),
        r"raw raw/orders/twice\.csv \(older\)",
        r"raw raw/events/\d{4}/.*",
        *(f"lake lake/{name}/part-.*" for name in ("orders", "customers", "events", "ratings")),
        *(f"lake lake/{name}/_delta_log/.*" for name in ("orders", "customers", "events", "ratings")),
        *("lake lake/quarantine/.*", "lake lake/reports/ingest/.*", "lake lake/audiences/.*"),
        *("lake exports/customers/.*", f"lake {KEPT}"),
        *(f"lake runs/{n}-segmentation/features/customers.parquet" for n in ("first", "second")),
        *(f"lake runs/{n}-segmentation/features/online.parquet" for n in ("first", "second")),
        *(f"lake runs/{n}-segmentation/features/sessions.parquet" for n in ("first", "second")),
        *(f"lake runs/{n}-segmentation/journeys/timelines.parquet" for n in ("first", "second")),
        *(f"lake runs/{n}-segmentation/publish/segments/keys/.*" for n in ("first", "second")),
        *(f"lake runs/{n}-segmentation/segments/.*" for n in ("first", "second")),
        "lake runs/first-segmentation/exports/.*",
        *(f"lake runs/{n}-training/publish/recommendations/keys/.*" for n in ("first", "second")),
        *(f"lake runs/{n}-training/recommendations/.*" for n in ("first", "second")),
        *(
            f"dynamodb {kind}#{n}-segmentation#.*"
            for kind in ("customer", "journey")
            for n in ("first", "second")
        ),
        *(f"dynamodb members#{n}-segmentation#{by}#.*" for by in METHODS for n in ("first", "second")),
        *(f"dynamodb user#{n}-training#.*" for n in ("first", "second")),
        *("dynamodb session#user#.*", "dynamodb session#open#.*"),
    ],
    "return": ["raw raw/orders/back.csv", "lake lake/orders/part-.*", "lake lake/orders/_delta_log/.*"],
    "refused event": ["raw raw/events/visits.csv", "lake lake/quarantine/.*"],
    "refused order": ["raw raw/orders/refused.csv", "lake lake/quarantine/.*"],
    "later visit": ["raw raw/events/.*", "lake lake/events/part-.*", "dynamodb session#open#.*"],
    "e-mail": ["raw raw/customers/people.csv", "lake lake/customers/part-.*", "lake exports/customers/.*"],
}
"""By id the places where it stands before the erasure, as the search names them."""


def places_of(deployed: Deployed, found: Found, name: str) -> list[str]:
    """Return where an id was found, the buckets by their use."""
    buckets = {deployed.stack.output(f"{use.capitalize()}BucketName"): use for use in ("raw", "lake")}
    places = [place for place, names in found.items() if name in names]
    for bucket, use in buckets.items():
        places = [place.replace(f"s3 {bucket} ", f"{use} ") for place in places]
    return places


@pytest.mark.parametrize("name", EVERYWHERE)
def test_the_person_is_found_in_every_store_before(deployed, told, name):
    places = places_of(deployed, told, name)
    missing = [each for each in EVERYWHERE[name] if not any(re.match(each, place) for place in places)]
    assert missing == []


def bought_together(deployed: Deployed, run_id: str) -> set[tuple[str, str]]:
    """Return the products of two groups that a training found beside each other: the person's alone."""
    with closing(deployed.stack.lake_store()) as store:
        lists = store.staged(f"runs/{run_id}/recommendations/similar-00000.parquet")
        rows = pq.read_table(lists).to_pylist()
    together = (row for row in rows if row["reason"] == "bought_together")
    pairs = ((row["product_id"], row["similar_product_id"]) for row in together)
    return {pair for pair in pairs if pair[0][0] != pair[1][0]}


def test_the_person_alone_makes_the_two_groups_neighbours(deployed, told):
    assert len(bought_together(deployed, "second-training")) == 2 * 5 * 5


def test_the_search_looks_where_the_product_puts_nobody(told):
    kinds = {place.split(" ")[0] for place in told if "planted" in place}
    assert kinds == {"logs", "sqs", "ssm", "secret", "states", "disk"}


def test_no_log_queue_parameter_execution_or_disk_of_a_function_names_anybody_even_before(told):
    assert {place.split(" ")[0] for place in told if "planted" not in place} == {"s3", "dynamodb"}


def erased(deployed: Deployed) -> dict[str, Any]:
    asked = deployed.admin("DELETE", "/customers")
    assert asked.status == 202, asked.body
    return until_done(deployed, f"erasures/{asked.body['erasure_id']}")


@pytest.fixture(scope="module")
def receipt(deployed: Deployed, told: Found) -> dict[str, Any]:
    return erased(deployed)


def test_afterwards_the_person_is_nowhere_but_on_the_list_that_keeps_them_from_being_written_to(
    deployed, receipt
):
    assert is_clean(deployed)


def is_clean(deployed: Deployed) -> bool:
    kept = f"s3 {deployed.stack.output('LakeBucketName')} {KEPT}"
    found = deployed.search()
    assert found == {kept: {"customer"}}
    return True


def test_the_receipt_says_what_went_and_names_nobody(receipt):
    assert SEARCHER.names_in(json.dumps(receipt, ensure_ascii=False).encode()) == set()
    held = receipt["holdings"]
    assert [name for name, counts in held.items() if not counts] == ["undelivered_events"]
    assert held["raw"]["unreadable"] == len(unreadable())
    assert (held["runs"]["runs"], held["exports"]) == (4, {"exports": 1})
    assert len(receipt["runs_not_reproducible"]) == 4
    assert any(KEPT in note for note in receipt["notes"])


def test_a_second_erasure_changes_nothing(deployed, receipt):
    before = objects_of(deployed)
    again = erased(deployed)
    assert again["erasure_id"] != receipt["erasure_id"]
    assert not any(again["holdings"].values())
    assert objects_of(deployed) == before


def objects_of(deployed: Deployed) -> list[tuple[str, str, str]]:
    """Return the versions of all objects, but of what tells of erasures and of tables' logs."""
    client, found = deployed.stack.cloud.client("s3"), []
    for bucket in (deployed.stack.output("RawBucketName"), deployed.stack.output("LakeBucketName")):
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found += [(each["Key"], each["VersionId"], each["ETag"]) for each in page.get("Versions", [])]
    told = ("erasures/", "monitor/")
    return [each for each in found if not each[0].startswith(told) and "/_delta_log/" not in each[0]]


def test_the_next_runs_do_not_know_the_person(deployed, receipt):
    deployed.runs("fourth", "segmentation", "training")
    assert is_clean(deployed)
    segments = deployed.api.get("/api/v1/segments", with_token=True).body
    assert segments["generation"] == "fourth-segmentation"
    assert sum(each["customers"] for each in segments["segments"]) == len(GROUPS) * MEMBERS
    with closing(deployed.stack.lake_store()) as store:
        users = store.staged("runs/fourth-training/recommendations/customers.parquet")
        assert pq.read_table(users).num_rows == len(GROUPS) * MEMBERS
    assert bought_together(deployed, "fourth-training") == set()


def test_who_comes_again_is_flagged_and_erased_again(deployed, receipt, tmp_path):
    again = put(deployed, "orders/plain-again.csv", table_of(ORDERS, two("again")), tmp_path)
    report = wait_for_report(deployed.stack, again, timeout_s=WAIT_SECONDS)
    deadline = time.monotonic() + WAIT_SECONDS
    while "erased_customers_again" not in report and time.monotonic() < deadline:
        time.sleep(0.5)
        report = wait_for_report(deployed.stack, again, timeout_s=WAIT_SECONDS)
    assert report["erased_customers_again"] == 1
    erased(deployed)
    assert is_clean(deployed)
