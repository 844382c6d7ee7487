"""What every Lambda handler shares: the logger, and settings and clients made once an environment."""

from __future__ import annotations

import importlib
import os
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.logs import Logger
from patronage.settings import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_firehose import FirehoseClient

    from patronage.stores.lake import Lake
    from patronage.stores.locks import Locks
    from patronage.stores.objects import S3Store
    from patronage.stores.patience import Patience
    from patronage.stores.secret import Secret

    Step = Callable[[Mapping[str, Any], S3Store], dict[str, Any]]

logger = Logger()

SMOKE = "smoke"
"""The step of every function that works in steps, which changes nothing."""
_OF_LAYERS = (
    *("blake3", "deltalake", "duckdb", "python_calamine", "tzdata"),
    *("implicit", "numpy", "scipy", "sklearn", "awswrangler"),
)


@cache
def shop() -> Shop:
    """Return the shop's settings, which the deployment wrote into the environment."""
    return Shop.from_json(os.environ.get("PATRONAGE_SHOP", "{}"))


@cache
def dynamodb() -> DynamoDBClient:
    """Return the environment's DynamoDB client."""
    return _client("dynamodb")  # type: ignore[no-any-return]


@cache
def patience() -> Patience:
    """Return what holds the impatient clients to the time of a request, where a handler begins it."""
    from patronage.stores.patience import Patience

    return Patience()


@cache
def impatient_dynamodb() -> DynamoDBClient:
    """Return a DynamoDB client that gives up in time for an answer from memory (a call after 7 s at most)."""
    return _impatient("dynamodb", read_timeout=2)  # type: ignore[no-any-return]


@cache
def firehose() -> FirehoseClient:
    """Return a Firehose client that gives up in time for an answer."""
    return _impatient("firehose", read_timeout=5)  # type: ignore[no-any-return]


def visitor_secret() -> bytes:
    """Return the secret that visitor tokens are signed with, at most five minutes old."""
    return _visitor_secret().value()


@cache
def erasure_secret() -> bytes:
    """Return the secret under which ids of erased people are remembered, which never changes."""
    return _secret("PATRONAGE_ERASURE_SECRET").value()


@cache
def _visitor_secret() -> Secret:
    return _secret("PATRONAGE_VISITOR_SECRET")


def _secret(variable: str) -> Secret:
    from patronage.stores.secret import Secret

    return Secret(os.environ[variable], client=_impatient("secretsmanager", read_timeout=2))


def locks() -> Locks:
    """Return the locks of this stack's runs."""
    from patronage.stores.locks import Locks
    from patronage.stores.serving import ServingTable

    return Locks(ServingTable(serving_table_name(), client=dynamodb()), states=_client("stepfunctions"))


def event_stream_name() -> str:
    """Return the name of the delivery stream that takes events to the raw bucket."""
    return os.environ["PATRONAGE_EVENT_STREAM"]


def serving_table_name() -> str:
    """Return the name of the serving table."""
    return os.environ["PATRONAGE_SERVING_TABLE"]


def glue_database_name() -> str:
    """Return the name of the stack's database in the Glue catalogue."""
    return os.environ["PATRONAGE_GLUE_DATABASE"]


def has_spark() -> bool:
    """Say whether the stack has an application for Spark, which takes what is too large for a function."""
    return bool(os.environ.get("PATRONAGE_SPARK_APPLICATION"))


def path_parameters_are_encoded() -> bool:
    """Say whether path parameters come percent-encoded: so on AWS, not in the local cloud."""
    value = os.environ.get("PATRONAGE_PATH_PARAMETERS", "encoded")
    if value not in {"encoded", "decoded"}:
        raise BadInput(f"PATRONAGE_PATH_PARAMETERS={value!r} must be 'encoded' or 'decoded'")
    return value == "encoded"


def bucket(name: str) -> S3Store:
    """Return a store over a bucket; close it when the invocation ends."""
    from patronage.stores.objects import S3Store

    return S3Store(name, client=_client("s3"))


def lake() -> S3Store:
    """Return a store over the lake bucket; close it when the invocation ends."""
    return bucket(os.environ["PATRONAGE_LAKE_BUCKET"])


def client(service: str) -> Any:
    """Return the environment's client of a service that few functions need."""
    return _client(service)


def run_step(event: Mapping[str, Any], steps: Mapping[str, Step]) -> dict[str, Any]:
    """Run the step of a run that a state machine asks for, over the lake bucket, and log that it is done.

    Parameters
    ----------
    event : mapping
        `step`, `run_id`, and what the step needs beside them.
    steps : mapping
        The steps of this function by name.
    """
    step = event["step"]
    if step == SMOKE:
        return _smoked(event["packages"])
    if step not in steps:
        raise BadInput(f"step {step!r} is none of {', '.join(steps)}")
    with closing(lake()) as store:
        result = steps[step](event, store)
    fields = {name: event[name] for name in ("step", "run_id", "family", "shard", "model") if name in event}
    logger.info("step done", extra={**result, **fields})
    return result


def _smoked(packages: Sequence[str]) -> dict[str, Any]:
    """Import packages of the function's layers, and return their versions: what a deploy is tried with."""
    lake().close()
    found = {}
    for name in packages:
        if name not in _OF_LAYERS:
            raise BadInput(f"package {name!r} is of no layer; those are {', '.join(_OF_LAYERS)}")
        found[name] = str(getattr(importlib.import_module(name), "__version__", ""))
    return {"step": SMOKE, "packages": found}


def over_the_lake(work: Callable[[str, Lake], dict[str, Any]]) -> Step:
    """Make a step of what works on the lake's tables."""

    def step(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
        from patronage.stores.lake import Lake

        return work(event["run_id"], Lake(store))

    return step


@cache
def _client(service: str, **options: Any) -> Any:
    import boto3

    return boto3.client(service, **options)  # type: ignore[call-overload]


@cache
def _impatient(service: str, *, read_timeout: int) -> Any:
    from botocore.config import Config

    config = Config(
        connect_timeout=1,
        read_timeout=read_timeout,
        retries={"total_max_attempts": 2, "mode": "standard"},
        # Of a call's time at the client, a third goes into describing the client and into checking arguments
        # that only we write.
        user_agent="Patronage",
        parameter_validation=False,
    )
    made = _client(service, config=config)
    patience().bind(made)
    return made
