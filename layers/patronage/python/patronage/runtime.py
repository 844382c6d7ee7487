"""What every Lambda handler shares: the logger, and settings and clients made once an environment."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from patronage.settings import Shop
from patronage.stores.objects import S3Store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = Logger()


@cache
def shop() -> Shop:
    """Return the shop's settings, which the deployment wrote into the environment."""
    return Shop.from_json(os.environ.get("PATRONAGE_SHOP", "{}"))


@cache
def dynamodb() -> DynamoDBClient:
    """Return the environment's DynamoDB client."""
    return _client("dynamodb")  # type: ignore[no-any-return]


def serving_table_name() -> str:
    """Return the name of the serving table."""
    return os.environ["PATRONAGE_SERVING_TABLE"]


def bucket(name: str) -> S3Store:
    """Return a store over a bucket; close it when the invocation ends."""
    return S3Store(name, client=_client("s3"))


def lake() -> S3Store:
    """Return a store over the lake bucket; close it when the invocation ends."""
    return bucket(os.environ["PATRONAGE_LAKE_BUCKET"])


@cache
def _client(service: str) -> Any:
    import boto3

    return boto3.client(service)  # type: ignore[call-overload]
