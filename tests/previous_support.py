"""The version of Patronage before this one: its tree, its stack in a local cloud, and what it leaves there.

`python tests/previous_support.py` writes anew what `tests/unit/upgrade` reads of it, which takes a minute.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from patronage.cloud import (
    MACHINES,
    Cloud,
    MiniStack,
    deploy,
    open_api,
    start_run,
    upload_file,
    wait_for_report,
    wait_for_runs,
)
from tests_support import REPOSITORY

if TYPE_CHECKING:
    from patronage.cloud import Api, Stack

COMMIT = "3239ea8f73fed534de2e17f64a64fd1a7a2deda8"
"""Of 2026-11-28: it ingests, segments, trains, publishes, experiments and erases, and knows no monitoring."""
LEFT_BEHIND = REPOSITORY / "tests" / "unit" / "upgrade" / "previous.zip"
"""Every object of its lake, the items of its serving table, and what its API answered."""
ERASED = "B5"
VISIT = "visit-3"
"""A session, which the experiment shows what is personal."""
RULES = {"never": {"product_ids": ["A-p5"]}}
EXPERIMENT = {
    "experiment_id": "do-they-pay",
    "arms": [
        {"arm": "popular", "kind": "popular", "weight": 0.5},
        {"arm": "personal", "kind": "model", "weight": 0.5},
    ],
}
ASKED = {
    "own": "recommendations/A0?k=5",
    "of_a_visit": f"recommendations?session_id={VISIT}&k=5",
    "similar": "products/B-p1/similar?k=5",
    "trending": "products/trending?k=5",
}
READ = {
    "segments": "segments",
    "customer": "customers/A1",
    "performance": "analytics/segments/performance",
    "cohorts": "analytics/cohorts",
    "journey": "analytics/customers/A1/journey",
    "rules": "rules",
    "experiments": "experiments",
}
TELL_THE_TIME = {"age_seconds", "stock_age_seconds"}
HEADER = "order_id,line,customer_id,product_id,description,quantity,unit_price,currency,ordered_at,country"
PRICE = {"A": "2.50", "B": "10.00"}
PRODUCTS = "product_id,title,price,currency,stock,category\n" + "".join(
    f"{group}-p{number},{group} product {number},{PRICE[group]},GBP,{number + 1},{group} > things\n"
    for group in PRICE
    for number in range(6)
)
VIEWS = "".join(
    json.dumps(
        {
            "event_id": f"e{number}",
            "event_type": "view",
            "customer_id": f"A{number % 6}",
            "session_id": f"s{number}",
            "product_id": f"A-p{number % 6}",
            "occurred_at": f"2025-03-0{1 + number % 5}T11:00:00Z",
        }
    )
    + "\n"
    for number in range(12)
)
REFUSED = f"{HEADER}\nodd-1,1,A1,A-p0,A product 0,-1,0,GBP,2025-03-02T10:00:00Z,France\n" + "".join(
    f"odd-{number},1,A1,A-p0,A product 0,1,2.50,GBP,2025-03-02T10:00:00Z,France\n" for number in range(2, 25)
)


def orders(*, without: str = "") -> str:
    """Write orders of two groups: each customer of a group buys all six products of it but one."""
    lines = [
        f"{group}{member}-{day},1,{group}{member},{group}-p{product},{group} product {product},1,"
        f"{PRICE[group]},GBP,2025-03-{day:02d}T10:00:00Z,United Kingdom"
        for group in PRICE
        for member in range(6)
        if f"{group}{member}" != without
        for day, product in enumerate((each for each in range(6) if each != member), start=1)
    ]
    return "\n".join([HEADER, *lines, ""])


def previous_assembly(folder: Path) -> Path:
    """Synthesise the previous version by its own code for the local cloud; skip where Git lacks it."""
    tree, out = folder / "tree", folder / "cdk.out"
    tree.mkdir()
    packed = subprocess.run(
        ["git", "-C", REPOSITORY, "archive", "--format=tar", COMMIT], capture_output=True, check=False
    )
    if packed.returncode != 0:
        pytest.skip(f"Git has no commit {COMMIT[:7]}, the version before; run: git fetch --unshallow")
    subprocess.run(["tar", "-x", "-C", tree], input=packed.stdout, check=True)
    shop = tree / "shop.toml"
    shop.write_text('[shop]\ncurrency = "GBP"\ntimezone = "Europe/London"\n', encoding="utf-8")
    context = {"cloud": "local", "layers": "unbuilt", "schedule": "off", "shop": str(shop)}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CDK_")}
    done = subprocess.run(
        [
            *(sys.executable, "infra/app.py", "--output", out),
            *(f"--context={name}={value}" for name, value in context.items()),
        ],
        cwd=tree,
        env=environment | {"PYTHONPATH": str(tree / "layers" / "patronage" / "python")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


def upload(stack: Stack, folder: Path, name: str, text: str, table: str = "orders") -> dict[str, Any]:
    """Upload a text as a file of a table, and return ingest's report."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return wait_for_report(stack, upload_file(stack, path, table=table), timeout_s=120)


def run(stack: Stack, name: str) -> dict[str, dict[str, Any]]:
    """Segment and train under ids that begin with a name, and return what each machine ended with."""
    executions = {machine: start_run(stack, machine, f"{name}-{machine}") for machine in MACHINES}
    return wait_for_runs(stack, executions, on_state=lambda _: None, timeout_s=400)


def use(stack: Stack, folder: Path) -> Api:
    """Do in a stack of the previous version what a shop does: upload, run, try, erase, run again."""
    assert upload(stack, folder, "orders.csv", orders())["kept"] == 60
    assert upload(stack, folder, "events.jsonl", VIEWS, "events")["kept"] == 12
    odd = upload(stack, folder, "odd.csv", REFUSED)
    assert (odd["kept"], odd["refused"]) == (23, 1)
    run(stack, "first")
    api = open_api(stack)
    admin = {"Authorization": api.admin_token}
    assert api.ask("PUT", "/api/v1/rules", headers=admin, body=RULES).status == 200
    assert api.ask("POST", "/api/v1/experiments", headers=admin, body=EXPERIMENT).status == 201
    viewed = {"event_type": "view", "session_id": VISIT, "product_id": "B-p3"}
    key = {"x-api-key": api.browser_key}
    assert api.ask("POST", "/api/v1/events", headers=key, body=viewed).status == 202
    erase(api, ERASED)  # this version could not erase anybody where products came as CSV
    assert upload(stack, folder, "products.csv", PRODUCTS, "products")["kept"] == 12
    run(stack, "second")
    return api


def erase(api: Api, customer_id: str) -> str:
    """Erase a customer, and return the receipt's path once it is done."""
    admin = {"Authorization": api.admin_token}
    asked = api.ask("DELETE", f"/api/v1/customers/{customer_id}", headers=admin)
    assert asked.status == 202, asked
    path = f"/api/v1/erasures/{asked.body['erasure_id']}"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        receipt = api.ask("GET", path, headers=admin).body
        if receipt.get("state") == "done":
            return path
        assert receipt.get("state") != "failed", receipt
        time.sleep(0.5)
    raise AssertionError(f"{path} did not end")


def answers(api: Api) -> dict[str, Any]:
    """Ask what a shop's page and its people ask, and leave out what only tells the time."""
    told = {name: api.get(f"/api/v1/{path}", with_key=True) for name, path in ASKED.items()}
    told |= {name: api.get(f"/api/v1/{path}", with_token=True) for name, path in READ.items()}
    assert {name: answer.status for name, answer in told.items()} == dict.fromkeys(told, 200)
    return {
        name: {field: value for field, value in answer.body.items() if field not in TELL_THE_TIME}
        for name, answer in told.items()
    }


def lost(told: Any, before: Any, place: str = "") -> list[str]:
    """Return what an answer from before said and one of now does not; it may say more."""
    if isinstance(before, dict) and isinstance(told, dict):
        return [each for name in before for each in lost(told.get(name), before[name], f"{place}/{name}")]
    if isinstance(before, list) and isinstance(told, list) and len(told) == len(before):
        pairs = enumerate(zip(told, before, strict=True))
        return [each for number, pair in pairs for each in lost(*pair, f"{place}/{number}")]
    return [] if told == before else [f"{place}: {before!r} is now {told!r}"]


def served(stack: Stack) -> list[dict[str, Any]]:
    """Return every item of the serving table, as DynamoDB gives them."""
    pages = stack.cloud.client("dynamodb").get_paginator("scan")
    found = pages.paginate(TableName=stack.output("ServingTableName"))
    return [item for page in found for item in page["Items"]]


def objects(stack: Stack, bucket: str) -> dict[str, bytes]:
    """Return every object of a bucket that an output names."""
    s3, name = stack.cloud.client("s3"), stack.output(bucket)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name)
    keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
    return {key: s3.get_object(Bucket=name, Key=key)["Body"].read() for key in keys}


def _write(folder: Path) -> None:
    with MiniStack(port=0) as ministack:
        stack = deploy(Cloud(ministack.endpoint), previous_assembly(folder))
        api = use(stack, folder)
        told = {"answers": answers(api), "items": served(stack)}
        LEFT_BEHIND.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(LEFT_BEHIND, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("told.json", json.dumps(told, default=lambda each: b64encode(each).decode()))
            for key, content in objects(stack, "LakeBucketName").items():
                packed.writestr(f"lake/{key}", content)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        _write(Path(made))
