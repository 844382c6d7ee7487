"""A recorded version is promoted, with the lists that an experiment needs beside it, and rolled back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from patronage.cloud import start_run, wait_for_runs

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.local_cloud

MODEL, RUN = "item_to_item", "promoted"
DRAFT = {
    "experiment_id": "needs-lists",
    "arms": [
        {"arm": "as-it-is", "kind": "model", "weight": 0.5},
        {"arm": "other", "kind": "model", "model": "ease", "weight": 0.5},
    ],
}


def ask(deployment, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    headers = {"Authorization": deployment.api.admin_token}
    answer = deployment.api.ask(method, f"/api/v1{path}", headers=headers, body=body)
    assert answer.status in {200, 201}, answer
    return answer.body


def item(deployment, key: str) -> dict[str, Any]:
    return (
        deployment.stack.cloud.client("dynamodb")
        .get_item(TableName=deployment.stack.output("ServingTableName"), Key={"pk": {"S": key}})
        .get("Item", {})
    )


@pytest.fixture(scope="module")
def promoted(deployment) -> Iterator[dict[str, Any]]:
    ask(deployment, "POST", "/experiments", DRAFT)
    asked = {"model": MODEL, "version": "first-training", "reason": "as it was", "by": "the test"}
    execution = start_run(deployment.stack, "training", RUN, {"promote": asked})
    ended = wait_for_runs(deployment.stack, {"training": execution}, on_state=lambda _: None, timeout_s=300)
    yield ended["training"]
    ask(deployment, "POST", f"/experiments/{DRAFT['experiment_id']}/archive")


def test_a_promoted_version_goes_live_and_can_be_rolled_back(deployment, promoted):
    assert promoted["gate"]["reason"] == "the test promoted version first-training: as it was"
    found = ask(deployment, "GET", f"/models?model={MODEL}")
    told = [(each["version"], each["decision"], each["state"]) for each in found["models"]]
    assert told == [(RUN, "promoted", "live"), ("first-training", "published", "superseded")]
    assert len({each["fingerprint"] for each in found["models"]}) == 1
    live = found["live"]["recommendations"]
    assert live["model"]["variants"] == "ease"
    assert "packed" in item(deployment, f"user@ease#{RUN}#A0")

    back = ask(deployment, "POST", "/models/rollback", {"family": "recommendations"})
    assert (back["live_run"], back["rolled_back"]) == ("first-training", RUN)
    pointer = item(deployment, "pointer")["recommendations"]["M"]
    assert pointer["run_id"]["S"] == "first-training"
    deadline = time.monotonic() + 60
    while "expires_at" not in item(deployment, f"user@ease#{RUN}#A0") and time.monotonic() < deadline:
        time.sleep(0.5)
    assert "expires_at" in item(deployment, f"user@ease#{RUN}#A0")
    assert "expires_at" not in item(deployment, "user#first-training#A0")
