"""What runs of a deployed stack cost, and what a thousand recommendations do: by asking for some."""

from __future__ import annotations

import base64
import json
import re
import statistics
import time
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from patronage.cli.lines import console
from patronage.cli.progress import Stages
from patronage.cli.served import open_served
from patronage.cloud import api_key, explained
from patronage.errors import NotFound, RunFailed
from patronage.logic.cost.prices import list_prices
from patronage.logic.cost.volumes import ASSUMED
from patronage.steps.cost import measured_runs
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.cloud import Stack
    from patronage.stores.objects import ObjectStore

LOOKUPS, WARM_UP = 40, 5
_BILLED = re.compile(r"(?:Billed Duration: |\"billedDurationMs\": ?)([0-9.]+)")


def measured(name: str) -> dict[str, Any]:
    """Return what the runs of a stack cost, and a thousand recommendations.

    Raises
    ------
    NotFound
        There is no such stack, or nothing is published yet.
    """
    with explained():
        served = open_served(name)
        store = served.opened.lake.store
        found = measured_runs(store, now=datetime.now(UTC))
        live = served.table.pointer().get("recommendations")
        if live is None:
            raise NotFound(
                f"stack {name} has no recommendations yet; start: "
                f"patronage retrain recommendations --stack {name}"
            )
        users = _users(live.run_id, store)
        with Stages(console).stage(f"Ask for {LOOKUPS} recommendations"):
            times, are_billed = _lookups(served.stack, users)
    return {"stack": name, **found, "thousand_recommendations": thousand(times, are_billed=are_billed)}


def thousand(milliseconds: Sequence[float], *, are_billed: bool) -> dict[str, Any]:
    """Return what a thousand recommendations cost in USD, of the median time of some."""
    usd, median = list_prices().usd, statistics.median(milliseconds)
    parts = {
        "api_request": usd("api_request", 1000),
        "lambda_request": usd("lambda_request", 1000),
        "lambda_gb_second": usd("lambda_gb_second", median),  # 1,000 times milliseconds of 1 GB
        "dynamodb_read": usd("dynamodb_read", 1000 * ASSUMED["reads_a_lookup"].value),
        "log_gb": usd("log_gb", 1000 * ASSUMED["log_kb_a_request"].value / 1024**2),
    }
    return {
        "usd": round(sum(parts.values()), 6),
        "parts": {name: round(value, 8) for name, value in parts.items()},
        "milliseconds": round(median, 2),
        "measured_as": "billed by Lambda"
        if are_billed
        else "seen from here, the way to the function included",
        "lookups": len(milliseconds),
    }


def _users(run_id: str, store: ObjectStore) -> list[str]:
    """Return some customers with lists of their own, of the keys that the run wrote."""
    prefix = f"user#{run_id}#"
    for key in store.keys(f"runs/{run_id}/publish/recommendations/keys/"):
        found = [each.removeprefix(prefix) for each in read_json(store, key) if each.startswith(prefix)]
        if found:
            return found[:LOOKUPS]
    raise NotFound(f"run {run_id} wrote no customer's list; train with orders of customers")


def _lookups(stack: Stack, users: Sequence[str]) -> tuple[list[float], bool]:
    """Ask for each user's recommendations; return milliseconds, and whether Lambda itself told them."""
    key = api_key(stack)
    seen, billed = [], []
    for number, user in enumerate(islice(cycle(users), WARM_UP + LOOKUPS)):
        wall, told = _lookup(stack, key, user)
        if number >= WARM_UP:
            seen.append(wall)
            billed += [told] if told is not None else []
    return (billed, True) if len(billed) == len(seen) else (seen, False)


def _lookup(stack: Stack, key: str, user: str) -> tuple[float, float | None]:
    event = {
        "httpMethod": "GET",
        "resource": "/api/v1/recommendations",
        "path": "/api/v1/recommendations",
        "headers": {"x-api-key": key},
        "queryStringParameters": {"user_id": user},
        "multiValueQueryStringParameters": {"user_id": [user]},
        "pathParameters": None,
        "body": None,
        "requestContext": {
            "requestId": "cost",
            "stage": "live",
            "identity": {"apiKeyId": stack.output("ServerKeyId")},
        },
    }
    began = time.perf_counter()
    answer = stack.cloud.client("lambda").invoke(
        FunctionName=stack.output("LookupFunctionName"), Payload=json.dumps(event).encode(), LogType="Tail"
    )
    body = json.loads(answer["Payload"].read() or b"{}")
    wall = (time.perf_counter() - began) * 1e3
    if body.get("statusCode") != 200:
        raise RunFailed(f"a lookup answered {body.get('statusCode')}: {body.get('body', body)}")
    tail = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    billed = _BILLED.findall(tail)
    return wall, float(billed[-1]) if billed else None
