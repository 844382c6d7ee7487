"""Orders in, answers out over HTTP: the template that goes to AWS, with IAM enforced."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from chaos_support import Alerts
from patronage.cloud import history, start_run, upload_file, wait_for_report, wait_for_runs
from patronage.errors import RunFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.local_cloud

MEMBERS = [(group, member) for group in ("A", "B") for member in range(6)]
NET_MINOR = {"A": 6 * 5 * 250, "B": 6 * 5 * 1000}
GUEST_MINOR = 399
MAX_STATE_BYTES = 200 * 1024


def recommended(deployment, user_id: str, k: int = 10) -> dict[str, Any]:
    answer = deployment.api.get(f"/api/v1/recommendations/{quote(user_id, safe='')}?k={k}", with_key=True)
    assert answer.status == 200, answer.body
    return answer.body


def test_the_report_adds_up(deployment):
    report = deployment.report
    assert (report["read"], report["kept"]) == (61, 61)
    assert (report["refused"], report["repeated"], report["superseded"]) == (0, 0, 0)
    assert report["net_minor"] == sum(NET_MINOR.values()) + GUEST_MINOR


@pytest.mark.parametrize(("group", "member"), MEMBERS)
def test_the_withheld_product_comes_first_and_all_are_of_the_own_group(deployment, group, member):
    answer = recommended(deployment, f"{group}{member}")
    first = answer["items"][0]
    assert (first["product_id"], first["rung"]) == (f"{group}-p{member}", "user")
    assert first["name"] == f"{group} product {member}"
    assert first["reason"]["kind"] == "bought_together"
    personal = [item["product_id"] for item in answer["items"] if item["rung"] == "user"]
    assert all(product.startswith(f"{group}-") for product in personal)


def test_similar_products_are_of_the_same_group(deployment):
    by_path = deployment.api.get("/api/v1/products/A-p0/similar?k=5", with_key=True)
    by_query = deployment.api.get("/api/v1/similar?product_id=A-p0&k=5", with_key=True)
    assert {item["product_id"] for item in by_path.body["items"]} == {f"A-p{n}" for n in range(1, 6)}
    assert by_path.body["rung"] == "similar"
    assert by_query.body["items"] == by_path.body["items"]


def test_an_unknown_user_gets_what_is_popular(deployment):
    answer = recommended(deployment, "nobody")
    assert answer["rung"] == "popular"
    assert answer["items"]
    assert {item["rung"] for item in answer["items"]} == {"popular"}


def test_the_twins_take_odd_ids(deployment):
    odd = "café 50%+1"
    by_path = recommended(deployment, odd)
    query = f"/api/v1/recommendations?user_id={quote(odd, safe='')}"
    by_query = deployment.api.get(query, with_key=True).body
    assert by_path["user_id"] == by_query["user_id"] == odd


def test_who_may_ask(deployment):
    api = deployment.api
    keyed = (
        "recommendations/A0",
        "recommendations?user_id=A0",
        "products/A-p0/similar",
        "similar?product_id=A-p0",
    )
    assert [api.get(f"/api/v1/{path}").status for path in keyed] == [403] * 4
    assert api.get("/api/v1/segments").status == 401
    assert api.get("/api/v1/segments", with_key=True).status == 401
    health = api.get("/api/v1/health")
    assert (health.status, health.body) == (200, {"status": "up"})


def test_the_segments_add_up_to_the_orders_money(deployment):
    answer = deployment.api.get("/api/v1/segments", with_token=True)
    assert answer.status == 200
    summary = answer.body
    assert sum(segment["net_minor"] for segment in summary["segments"]) == sum(NET_MINOR.values())
    assert sum(segment["customers"] for segment in summary["segments"]) == len(MEMBERS)
    assert summary["guest_net_minor"] == GUEST_MINOR
    assert (summary["currency"], summary["generation"]) == ("GBP", "first-segmentation")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["recommend", "--user-id", "A3", "--json"], '"product_id": "A-p3"'),
        (["segment"], "Segments as of"),
        (["evaluate", "--json"], '"item_to_item"'),
    ],
)
def test_the_command_line_reads_the_lake_of_a_stack(deployment, tmp_path, command, says):
    """Through boto3's own settings, as on AWS; here they name the local cloud."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": deployment.stack.cloud.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    patronage = Path(sys.executable).parent / "patronage"
    done = subprocess.run(
        [patronage, *command, "--stack", deployment.stack.name],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert says in done.stdout


def test_the_same_content_a_second_time_changes_nothing(deployment):
    again = upload_file(deployment.stack, deployment.orders, name="the-same-again.csv")
    report = wait_for_report(deployment.stack, again, timeout_s=60)
    assert (report["read"], report["repeated"], report["kept"]) == (61, 61, 0)
    assert report["net_minor"] == 0


def test_no_state_comes_near_the_limit(deployment):
    client = deployment.stack.cloud.client("stepfunctions")
    checked = 0
    for arn in executions_with_children(client, deployment.executions.values()):
        for event in history(client, arn):
            for details in event.values():
                if isinstance(details, dict):
                    sizes = [len(str(details.get(name, ""))) for name in ("input", "output")]
                    assert max(sizes) < MAX_STATE_BYTES, event["type"]
                    checked += 1
    assert checked > 80


def executions_with_children(client: Any, arns: Any) -> Iterator[str]:
    for arn in arns:
        yield arn
        for run in client.list_map_runs(executionArn=arn)["mapRuns"]:
            children = client.list_executions(mapRunArn=run["mapRunArn"])["executions"]
            yield from (child["executionArn"] for child in children)


@pytest.fixture
def alerts(deployment) -> Iterator[Any]:
    """Give a function that returns the alerts that reached a subscriber so far."""
    listening = Alerts(deployment.stack)
    yield listening.received
    listening.end()


@pytest.fixture
def broken_segment(deployment) -> Iterator[None]:
    """Point the function at a bucket that its role may not read."""
    client, name = deployment.stack.cloud.client("lambda"), deployment.stack.output("SegmentFunctionName")
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    wrong = variables | {"PATRONAGE_LAKE_BUCKET": deployment.stack.output("RawBucketName")}
    client.update_function_configuration(FunctionName=name, Environment={"Variables": wrong})
    yield
    client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


@pytest.mark.usefixtures("broken_segment")
def test_a_faulty_run_raises_one_alert_and_leaves_the_live_generation(deployment, alerts):
    execution = start_run(deployment.stack, "segmentation", "faulty")
    with pytest.raises(RunFailed, match=r"FAILED: .*(AccessDenied|Forbidden)"):
        wait_for_runs(deployment.stack, {"segmentation": execution}, on_state=lambda _: None, timeout_s=90)
    deadline = time.monotonic() + 10
    while not alerts() and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(2)  # a second one would come with it
    (alert,) = alerts()
    assert (alert["detail"]["status"], alert["detail"]["name"]) == ("FAILED", "faulty")
    live = deployment.api.get("/api/v1/segments", with_token=True)
    assert live.body["generation"] == "first-segmentation"


def test_a_second_run_replaces_the_first(deployment):
    execution = start_run(deployment.stack, "segmentation", "second")
    wait_for_runs(deployment.stack, {"segmentation": execution}, on_state=lambda _: None, timeout_s=90)
    assert deployment.api.get("/api/v1/segments", with_token=True).body["generation"] in {
        "first-segmentation",
        "second",
    }
    pointer = deployment.stack.cloud.client("dynamodb").get_item(
        TableName=deployment.stack.output("ServingTableName"), Key={"pk": {"S": "pointer"}}
    )
    assert pointer["Item"]["segments"]["M"]["run_id"]["S"] == "second"
