"""Rolling back is one write to the pointer; what follows only keeps what is live from ending."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

import serving_support as support
from patronage import runtime
from patronage.errors import BadInput, NotFound, TryAgain
from patronage.logic.serve.packing import unpack
from patronage.steps.models import roll_back, settling
from patronage.steps.point_back import point_back
from patronage.steps.rollback import rollback
from patronage.stores.functions import hand_over
from tests_support import NOW

FAMILY = "recommendations"
TIMED = {"now": NOW, "keep_days": support.KEEP_DAYS}


@pytest.fixture
def two_runs(store, table):
    """Run old is live, then run new."""
    for run_id, day in (("old", 0), ("new", 1)):
        support.make_recommendations(store, run_id, created_at=NOW + timedelta(days=day))
        support.publish_all(store, table, run_id, FAMILY)


def nothing(*_):
    """Settle nothing."""


def test_one_conditional_write_and_every_reader_is_back(table, client, two_runs):
    outage = support.Outage(client)
    settled = []
    answer = roll_back(FAMILY, table=table, **TIMED, settle=lambda *told: settled.append(told))
    writes = [call for call in outage.calls if call not in {"GetItem", "BatchGetItem"}]
    assert writes == ["UpdateItem"]
    entry = table.pointer()[FAMILY]
    assert (entry.run_id, entry.rolled_back, entry.version) == ("old", "new", 3)
    assert len(unpack(table.get("user#old#ann")["packed"])) == 4
    assert settled == [(FAMILY, "old")]
    assert answer == {
        "family": FAMILY,
        "live_run": "old",
        "model": {"name": "item_to_item", "version": "old"},
        "rolled_back": "new",
        "kept_until": (NOW + timedelta(days=support.KEEP_DAYS)).isoformat(),
    }


def test_asking_twice_does_not_go_forward_again_and_a_named_run_does(table, two_runs):
    first = roll_back(FAMILY, table=table, **TIMED, settle=nothing)
    assert roll_back(FAMILY, table=table, **TIMED, settle=nothing) == first
    assert table.pointer()[FAMILY].version == 3
    assert roll_back(FAMILY, "new", table=table, **TIMED, settle=nothing)["live_run"] == "new"
    assert roll_back(FAMILY, table=table, **TIMED, settle=nothing)["live_run"] == "new"


def test_what_follows_takes_the_ends_off_what_is_live(store, table, client, two_runs):
    for name in support.RECOMMENDATION_SHARDS:
        from patronage.steps.publish import retire

        retire("old", FAMILY, name, store=store, table=table, **TIMED)
    roll_back(FAMILY, table=table, **TIMED, settle=nothing)
    items = client.scan(TableName=support.TABLE)["Items"]
    assert any("expires_at" in item for item in items if "#old#" in item["pk"]["S"])
    assert rollback("old", FAMILY, store=store, table=table, **TIMED)["missing"] == 0
    items = {item["pk"]["S"]: item for item in client.scan(TableName=support.TABLE)["Items"]}
    assert not [key for key, item in items.items() if "#old#" in key and "expires_at" in item]
    assert all("expires_at" in item for key, item in items.items() if "#new#" in key)


def test_what_cannot_be_rolled_back_to_is_told(store, table):
    with pytest.raises(NotFound, match="nothing can be rolled back to: there is none before the live one"):
        point_back("segments", table=table, **TIMED)
    for run_id, day in (("old", 0), ("new", 1)):
        support.make_recommendations(store, run_id, created_at=NOW + timedelta(days=day))
        support.publish_all(store, table, run_id, FAMILY)
    with pytest.raises(NotFound, match="run older cannot be rolled back to: only old can be"):
        point_back(FAMILY, "older", table=table, **TIMED)
    late = NOW + timedelta(days=support.KEEP_DAYS, seconds=1)
    with pytest.raises(BadInput, match="run old was kept until"):
        point_back(FAMILY, table=table, now=late, keep_days=7)
    with (
        mock.patch.object(table, "point", return_value=False),
        pytest.raises(TryAgain, match="pointer moved"),
    ):
        point_back(FAMILY, table=table, **TIMED)


class Lambda:
    """Takes events."""

    def __init__(self, *, fails: bool = False):
        self.events, self._fails = [], fails

    def invoke(self, *, FunctionName, InvocationType, Payload):  # noqa: N803 - as boto3 has them
        if self._fails:
            from botocore.exceptions import EndpointConnectionError

            raise EndpointConnectionError(endpoint_url="https://lambda")
        assert InvocationType == "Event"
        self.events.append((FunctionName, json.loads(Payload)))


def test_an_event_that_lambda_does_not_take_may_be_sent_again():
    with pytest.raises(TryAgain, match="publish could not be called"):
        hand_over(Lambda(fails=True), "publish", {})


@pytest.fixture
def api(client, monkeypatch):
    monkeypatch.setenv("PATRONAGE_PUBLISH_FUNCTION", "publish")
    return support.fresh_function("api")


def asked(api, body, *, group="admin"):
    event = support.event(
        "aws-rest-segments",
        httpMethod="POST",
        resource="/api/v1/models/rollback",
        body=json.dumps(body),
    )
    event["requestContext"]["authorizer"]["claims"]["cognito:groups"] = group
    answer = api(event)
    return answer["statusCode"], json.loads(answer["body"])


def test_an_admin_rolls_back_through_the_api(api, store, table, two_runs, monkeypatch):
    functions = Lambda()
    monkeypatch.setattr(runtime, "client", lambda _: functions)
    assert asked(api, {"family": FAMILY}, group="viewer")[0] == 403
    assert asked(api, {})[0] == asked(api, {"family": "monitoring"})[0] == 400
    assert asked(api, {"family": "segments"})[0] == 404
    assert table.pointer()[FAMILY].run_id == "new"
    # the keep time of the fixture is over by now
    assert asked(api, {"family": FAMILY})[0] == 400
    again = datetime.now(UTC)
    for run_id, day in (("third", 2), ("fourth", 3)):
        support.make_recommendations(store, run_id, created_at=NOW + timedelta(days=day))
        support.publish_all(store, table, run_id, FAMILY, now=again)
    status, answer = asked(api, {"family": FAMILY})
    assert (status, answer["live_run"], answer["rolled_back"]) == (200, "third", "fourth")
    assert table.pointer()[FAMILY].run_id == "third"
    assert functions.events == [("publish", settling("third", FAMILY))]
