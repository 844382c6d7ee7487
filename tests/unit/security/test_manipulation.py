"""No visitor chooses an arm, writes for another, or earns an arm money."""

from __future__ import annotations

import json

import pytest

import serving_support as support
from collect_support import STRANGER, Storefront, visitor
from patronage.logic.api.routes import ROUTES

ARMS = {
    "arm": "als",
    "experiment_id": "trial",
    "variant": "als",
    "model": "als",
    "control": "false",
    "holdout": "0",
}


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("name", ARMS)
@pytest.mark.parametrize("headers", [{"x-api-key": "browser"}, {"x-api-key": "sample-key"}])
def test_no_request_names_its_arm(client, name, headers):
    query = {"session_id": "s", name: ARMS[name]}
    event = "ministack-rest-recommendations-by-query"
    answer = support.fresh_function("lookup")(
        support.event(event, queryStringParameters=query, headers=headers)
    )
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["field"], body["rule"]) == (400, name, "known-parameter")


def test_an_admin_alone_changes_experiments_and_rules():
    writing = [
        each for each in ROUTES if each.method != "GET" and each.path.startswith(("/experiments", "/rules"))
    ]
    assert {each.operation for each in writing} == {
        *("create_experiment", "hold_out", "start_experiment", "stop_experiment", "archive_experiment"),
        "replace_rules",
    }
    assert {each.access for each in writing} == {"admin"}


@pytest.mark.parametrize("caller", [STRANGER, visitor("bob"), visitor("bob", "s-bob"), visitor("", "s-ann")])
@pytest.mark.parametrize("event_type", ["impression", "click", "purchase"])
def test_nobody_is_exposed_or_made_a_buyer_by_another(caller, event_type):
    storefront = Storefront()
    told = storefront.one(
        caller,
        event_type=event_type,
        user_id="ann",
        session_id=caller.session_id or "s",
        product_id="mug",
        recommendation_id="r1~hybrid~run~trial~als~home~u~00000000",
    )
    assert (told["status"], told["problem"]["rule"]) == ("refused", "token")
    assert storefront.stream.lines == []


@pytest.mark.parametrize("caller", [STRANGER, visitor("bob"), visitor("bob", "s")])
def test_a_browser_earns_an_arm_no_money(caller):
    storefront = Storefront()
    purchase = {"event_type": "purchase", "product_id": "mug", "unit_price": 1e6, "order_id": "o1"}
    told = storefront.one(caller, **purchase, session_id="s")
    assert (told["status"], told["stored"]) == ("accepted", "session")
    assert storefront.stream.lines == []
