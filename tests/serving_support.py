"""A small run made by hand, and a serving table to publish it to."""

from __future__ import annotations

import functools
import importlib.util
import io
import json
import os
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import duckdb
import numpy as np
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from patronage import gateway, metrics, runtime
from patronage.logic.segments.methods import METHODS
from patronage.settings import Shop
from patronage.steps import publish
from patronage.steps.manifest import Manifest
from patronage.stores.objects import write_json
from tests_support import NOW, REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable

PRODUCTS = [
    ("a#b", "Hash mug", 250, 40),
    ("a/b", "Slash mug", 300, 50),
    ("d", "Plate", 1000, 10),
    ("e", "Bowl", 1250, 1),
    ("f", "Cup", 99, 1200),
    ("日本", "茶碗", 800, 5),
]
CUSTOMERS = ["ann", "bob/1", "eve"]
LONG = "x" * 256
KEEP_DAYS = 7
TABLE = "serving"
SECRET = "a secret of the stack"
_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "PATRONAGE_SERVING_TABLE": TABLE,
    "PATRONAGE_LAKE_BUCKET": "lake",
    "PATRONAGE_LOCAL_SERVER_KEY": "sample-key",  # as the stored events show it
    "PATRONAGE_SERVER_KEY_ID": "k1l2m3n4o5",
    "PATRONAGE_VISITOR_SECRET": "visitor",
    "PATRONAGE_ERASURE_SECRET": "erasure",
    "PATRONAGE_ERASURE_MACHINE": "arn:aws:states:us-east-1:123456789012:stateMachine:erasure",
    "PATRONAGE_MACHINES": '{"erasure": "arn:aws:states:us-east-1:123456789012:stateMachine:erasure"}',
    "PATRONAGE_ALARMS": "",
    "PATRONAGE_MEMORY_MB": '{"SegmentFunction": 3008, "PublishFunction": 1769}',
    "PATRONAGE_DEAD_LETTERS": "https://sqs.us-east-1.amazonaws.com/123456789012/dead-letters",
    "PATRONAGE_STACK": "Shop",
    "PATRONAGE_SHOP": '{"currency": "GBP", "keep_generation_days": 7}',
    "POWERTOOLS_SERVICE_NAME": "test",
}


CONTEXT = SimpleNamespace(
    function_name="test",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:test",
    aws_request_id="00000000-0000-0000-0000-000000000000",
)


def fresh_function(name: str) -> Any:
    """Load a function's handler as a new environment does; call it as Lambda does."""
    for module in (runtime, gateway, metrics):
        for made_once in vars(module).values():
            if hasattr(made_once, "cache_clear"):
                made_once.cache_clear()
    path = REPOSITORY / "functions" / name / "handler.py"
    spec = importlib.util.spec_from_file_location(f"{name}_handler", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda event: module.handler(event, CONTEXT)


def event(name: str, **changes: Any) -> dict[str, Any]:
    """Read a stored event, with some of its fields changed; the two forms of the query agree."""
    if "queryStringParameters" in changes:
        query = changes["queryStringParameters"] or {}
        changes.setdefault("multiValueQueryStringParameters", {each: [query[each]] for each in query} or None)
    return json.loads((REPOSITORY / "events" / f"{name}.json").read_text(encoding="utf-8")) | changes


@functools.cache
def _session() -> boto3.Session:
    """Return the session of all mocked accounts: what it reads of AWS's models takes long."""
    return boto3.Session()


@functools.cache
def _filler(service: str) -> Any:
    """Return a client that fills mocked accounts and that no test gets."""
    return _session().client(service)


@contextmanager
def aws() -> Iterator[Any]:
    """Open a mocked account with the serving table and the lake bucket, and give a DynamoDB client."""
    with (
        mock.patch.dict(os.environ, _ENVIRONMENT),
        mock_aws(),
        mock.patch("boto3.DEFAULT_SESSION", _session()),
    ):
        _filler("s3").create_bucket(Bucket="lake")
        for name in ("visitor", "erasure"):
            _filler("secretsmanager").create_secret(Name=name, SecretString=SECRET)
        _filler("stepfunctions").create_state_machine(
            name="erasure", definition="{}", roleArn="arn:aws:iam::123456789012:role/erasure"
        )
        _filler("sqs").create_queue(QueueName="dead-letters")
        client = boto3.client("dynamodb")
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        yield client


RECOMMENDATION_SHARDS = [
    *("popular", "contexts", "catalogue", "similar-00000", "together-00000", "users-00000")
]
SEGMENT_SHARDS = ["summary", "analytics", *(f"members-{name}" for name in METHODS), "customers-00000"]


def make_recommendations(store: ObjectStore, run_id: str, *, created_at: datetime = NOW) -> None:
    """Write a training run: ann has two candidates and two to fill, bob/1 one of share 0, eve none."""
    folder = f"runs/{run_id}/recommendations"
    save_manifest(store, run_id, "recommendations", created_at)
    products = ", ".join(
        f"({idx}, '{p}', '{name}', {price}::BIGINT, {buyers}::BIGINT)"
        for idx, (p, name, price, buyers) in enumerate(PRODUCTS)
    )
    customers = ", ".join(f"({idx}, '{customer}')" for idx, customer in enumerate(CUSTOMERS))
    _parquet(store, f"{folder}/products.parquet", products, "idx, product_id, name, price_minor, buyers")
    _parquet(store, f"{folder}/customers.parquet", customers, "idx, customer_id")
    _arrays(
        store,
        f"{folder}/users-00000.npz",
        rows=_ints([0, 1, 2]),
        items=_ints([[0, 5, 4, 2], [2, -1, -1, -1], [-1, -1, -1, -1]]),
        scores=_floats([[0.5, 0.25, 900.5, 5], [3, 0, 0, 0], [0, 0, 0, 0]]),
        kind=_ints([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]),
        because=_ints([[1, 1, -1, -1], [1, -1, -1, -1], [-1, -1, -1, -1]]),
        share=_floats([[0.4, 0.0424, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]),
    )
    _arrays(
        store,
        f"{folder}/similar-00000.npz",
        rows=_ints([0, 1, 2, 3, 4, 5]),
        items=_ints([[1, -1], [0, 5], [-1, -1], [-1, -1], [-1, -1], [1, -1]]),
        kind=_ints([[1, 0], [1, 1], [0, 0], [0, 0], [0, 0], [1, 0]]),
        because=_ints([[0, -1], [1, 1], [-1, -1], [-1, -1], [-1, -1], [5, -1]]),
        scores=_floats([[0.9, 0], [0.9, 0.1], [0, 0], [0, 0], [0, 0], [0.1, 0]]),
        share=_floats([[0.5, 0], [0.4, 0.06], [0, 0], [0, 0], [0, 0], [0.6, 0]]),
    )
    _arrays(store, f"{folder}/popular.npz", items=_ints([4, 1, 0, 2]), scores=_floats([900.5, 30, 20, 5]))
    write_json(store, f"{folder}/model.json", {"model": "item_to_item", "version": run_id})
    _arrays(
        store,
        f"{folder}/together-00000.npz",
        rows=_ints([0]),
        items=_ints([[5, 4]]),
        kind=_ints([[1, 1]]),
        because=_ints([[0, 0]]),
        scores=_floats([[0.6, 0.2]]),
        share=_floats([[0.7, 0.3]]),
    )
    contexts = {"country=Japan": [[5, 9.0], [3, 4.0]], "segment=champions": [[2, 8.0]]}
    write_json(store, f"{folder}/contexts.json", contexts)
    list_shards(store, run_id, "recommendations", RECOMMENDATION_SHARDS)


def make_segments(store: ObjectStore, run_id: str, *, created_at: datetime = NOW) -> None:
    """Write a segmentation run of three customers, one without a purchase."""
    save_manifest(store, run_id, "segments", created_at)
    rows = (
        "('ann', 3, 4, 12345::BIGINT, 5, 4, 4, 'champions', 0, 'researcher', 'active', 0.75::DOUBLE), "
        "('bob/1', 40, 1, 999::BIGINT, 2, 1, 2, 'asleep', 1, NULL, 'lost', 0.125::DOUBLE), "
        "('eve', NULL, 0, -500::BIGINT, NULL, NULL, NULL, 'no_purchase', NULL, NULL, 'prospect', NULL)"
    )
    names = (
        "customer_id, recency_days, frequency, net_minor, r, f, m, segment_id, cluster_id, behaviour_id, "
        "lifecycle_id, probability_alive"
    )
    _parquet(store, f"runs/{run_id}/segments/customers.parquet", rows, names)
    summary = {"as_of": NOW.isoformat(), "currency": "GBP", "customers": 3, "segments": [{"name": "Zoë"}]}
    write_json(store, f"runs/{run_id}/segments/summary.json", summary)
    write_json(store, f"runs/{run_id}/segments/lifecycle.json", {"stages": ["Zoë"]})
    list_shards(store, run_id, "segments", SEGMENT_SHARDS)


def save_manifest(store: ObjectStore, run_id: str, family: str, created_at: datetime) -> None:
    Manifest(
        run_id=run_id,
        family=family,
        as_of=created_at - timedelta(hours=1),
        created_at=created_at,
        tables={"orders": {"version": 1}},
        shop=Shop(currency="GBP", timezone="Europe/London"),
        lines=10,
    ).save(store)


def list_shards(store: ObjectStore, run_id: str, family: str, names: list[str]) -> None:
    write_json(store, f"runs/{run_id}/publish/{family}/shards.json", [{"shard": name} for name in names])


def publish_all(
    store: ObjectStore, table: ServingTable, run_id: str, family: str, *, now: datetime = NOW
) -> dict[str, Any]:
    """Write every shard of a run and flip."""
    names = SEGMENT_SHARDS
    if family == "recommendations":
        names = RECOMMENDATION_SHARDS
    for name in names:
        publish.shard(run_id, family, name, store=store, table=table, secret=SECRET.encode)
    return publish.flip(run_id, family, store=store, table=table, now=now, keep_days=KEEP_DAYS)


def put_items(client: Any, items: list[dict[str, Any]]) -> None:
    """Write items that a scan of another serving table gave."""
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        client.batch_write_item(RequestItems={TABLE: puts})


class Outage:
    """Counts the calls of a client, and makes them fail while `is_on`."""

    def __init__(self, client: Any) -> None:
        self.calls: list[str] = []
        self.is_on = False
        client.meta.events.register("before-call.dynamodb", self._before_call)

    def _before_call(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)
        if self.is_on:
            raise EndpointConnectionError(endpoint_url="https://dynamodb")


def _parquet(store: ObjectStore, key: str, rows: str, names: str) -> None:
    with store.writing(key) as path:
        duckdb.sql(f"FROM (VALUES {rows}) AS t({names})").write_parquet(str(path))


def _arrays(store: ObjectStore, key: str, **arrays: Any) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    store.write_bytes(key, buffer.getvalue())


def _ints(values: Any) -> Any:
    return np.array(values, dtype=np.int32)


def _floats(values: Any) -> Any:
    return np.array(values, dtype=np.float32)
