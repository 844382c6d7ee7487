"""Two shops of one account leave each other be; what a stack held stays when it goes, unless told not to."""

from __future__ import annotations

import json
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from patronage.cloud import (
    Api,
    Cloud,
    MiniStack,
    Stack,
    deploy,
    open_api,
    start_run,
    upload_file,
    wait_for_report,
    wait_for_runs,
)
from previous_support import HEADER
from stacks_support import synthesise_stacks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.local_cloud

SHOPS = {
    "Gifts": 'currency = "GBP"\ntimezone = "Europe/London"\n',
    "Kaffee": 'currency = "EUR"\ntimezone = "Europe/Berlin"\n',
}
CURRENCY = {"Gifts": "GBP", "Kaffee": "EUR"}
GONE = "Passing"
HOLDING_DATA = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::Cognito::UserPool",
    "AWS::SecretsManager::Secret",
)


CALLER = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
ACCOUNT = "000000000000"
ANYBODY_HERE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@dataclass(frozen=True)
class Shop:
    """A deployed stack and its API."""

    stack: Stack
    api: Api


def orders(name: str) -> str:
    lines = (
        f"{name}-{customer}-{day},1,{name}-{customer},{name}-p{day},Thing {day},1,5.00,{CURRENCY[name]},"
        f"2025-03-{day:02d}T10:00:00Z,"
        for customer in range(4)
        for day in range(1, 4)
    )
    return "\n".join([HEADER, *lines, ""])


def upload(stack: Stack, folder: Path, name: str) -> dict[str, Any]:
    path = folder / f"{name}.csv"
    path.write_text(orders(name), encoding="utf-8")
    return wait_for_report(stack, upload_file(stack, path), timeout_s=120)


def resources(stack: Stack, *kinds: str) -> dict[str, str]:
    """Return the physical ids of a stack's resources of some types by logical id."""
    pages = stack.cloud.client("cloudformation").get_paginator("list_stack_resources")
    listed = (
        each for page in pages.paginate(StackName=stack.name) for each in page["StackResourceSummaries"]
    )
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in listed
        if each["ResourceType"] in kinds
    }


def destroy(stack: Stack) -> str:
    """Delete a stack as `cdk destroy` does, and return the status that it ends with."""
    client = stack.cloud.client("cloudformation")
    stack_id = client.describe_stacks(StackName=stack.name)["Stacks"][0]["StackId"]
    client.delete_stack(StackName=stack.name)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = client.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            return str(status)
        time.sleep(0.2)
    raise AssertionError(f"{stack.name} is still being deleted")


def objects(stack: Stack, bucket: str) -> set[str]:
    """Return the keys and ETags of a bucket that an output names; of a stack that is gone, too."""
    pages = stack.cloud.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=stack.output(bucket))
    return {f"{each['Key']} {each['ETag']}" for page in found for each in page.get("Contents", [])}


def client_at(cloud: Cloud, service: str, shown: dict[str, str]) -> Any:
    """Return a client that shows other credentials than the deployer's."""
    return boto3.client(service, "us-east-1", endpoint_url=cloud.endpoint, **shown)


def everything_in(stack: Stack, bucket: str) -> Any:
    """Return every version of every object of a bucket, as docs/upgrades.md deletes them."""
    s3 = boto3.resource("s3", "us-east-1", endpoint_url=stack.cloud.endpoint, **CALLER)
    return s3.Bucket(stack.output(bucket)).object_versions


def people(stack: Stack) -> set[str]:
    listed = stack.cloud.client("cognito-idp").list_users(UserPoolId=stack.output("UserPoolId"))["Users"]
    return {each["Username"] for each in listed}


def pointer(stack: Stack) -> dict[str, str]:
    return {family: entry.run_id for family, entry in stack.serving_table().pointer().items()}


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stacks = {name: {"shop": shop} for name, shop in SHOPS.items()}
    stacks[GONE] = {"shop": SHOPS["Gifts"], "keep_data": "off"}
    return synthesise_stacks(tmp_path_factory.mktemp("stacks"), stacks)


@pytest.fixture(scope="module")
def account(assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Shop]]:
    """Two shops of one account, each with its own orders; customers are segmented in the first alone."""
    folder = tmp_path_factory.mktemp("orders")
    with MiniStack(port=0) as ministack:
        cloud = Cloud(ministack.endpoint)
        stacks = {name: deploy(cloud, assembly, stack=name) for name in SHOPS}
        for name, stack in stacks.items():
            assert upload(stack, folder, name)["kept"] == 12
        runs = {"segmentation": start_run(stacks["Gifts"], "segmentation", "gifts-1")}
        wait_for_runs(stacks["Gifts"], runs, on_state=lambda _: None, timeout_s=200)
        yield {name: Shop(stack, open_api(stack)) for name, stack in stacks.items()}


def test_each_ingests_its_own_uploads_alone(account):
    for name, shop in account.items():
        with closing(shop.stack.lake_store()) as store:
            reports = [json.loads(store.read_bytes(key)) for key in store.keys("lake/reports/ingest/")]
        assert [(each["key"], each["kept"], each["currency"]) for each in reports] == [
            (f"raw/orders/{name}.csv", 12, CURRENCY[name])
        ]
        answer = shop.api.ask("GET", "/api/v1/ingest/reports", headers={"Authorization": shop.api.token})
        assert [each["key"] for each in answer.body["reports"]] == [f"raw/orders/{name}.csv"]


def test_a_run_of_one_moves_no_pointer_of_the_other(account):
    assert pointer(account["Gifts"].stack) == {"segments": "gifts-1"}
    assert pointer(account["Kaffee"].stack) == {}
    answers = {name: shop.api.get("/api/v1/segments", with_token=True) for name, shop in account.items()}
    assert answers["Gifts"].body["currency"] == "GBP"
    assert answers["Kaffee"].status == 503


def test_keys_and_tokens_of_one_do_not_open_the_other(account):
    """By the browsers' keys: in the local cloud the server's key is the same in every stack."""
    gifts, kaffee = account["Gifts"].api, account["Kaffee"].api
    product = "/api/v1/recommendations?session_id=s"
    own = {"x-api-key": kaffee.browser_key}
    assert kaffee.ask("GET", product, headers={"x-api-key": gifts.browser_key}).status == 403
    assert kaffee.ask("GET", product, headers=own).status == 503  # it is let in, and nothing is published
    assert kaffee.ask("GET", "/api/v1/rules", headers={"Authorization": gifts.token}).status == 401
    assert kaffee.ask("GET", "/api/v1/rules", headers={"Authorization": kaffee.token}).status == 200
    visitor = own | {"x-visitor-token": gifts.visitor_token(user_id="a")}
    assert kaffee.ask("GET", product, headers=visitor).status == 401


def test_no_role_of_one_reads_a_bucket_or_the_table_of_the_other(account):
    """With what each role of one stack gives; the test lets whoever is in the account take it."""
    gifts, kaffee = account["Gifts"].stack, account["Kaffee"].stack
    iam, sts = gifts.cloud.client("iam"), gifts.cloud.client("sts")
    roles = resources(gifts, "AWS::IAM::Role").values()
    may_list_their_own = 0
    for role in roles:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(ANYBODY_HERE))
        arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
        taken = sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        shown = {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }
        s3, dynamodb = (client_at(gifts.cloud, service, shown) for service in ("s3", "dynamodb"))
        table, pointer_key = kaffee.output("ServingTableName"), {"pk": {"S": "pointer"}}
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.get_object(Bucket=kaffee.output("RawBucketName"), Key="raw/orders/Kaffee.csv")
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.list_objects_v2(Bucket=kaffee.output("LakeBucketName"))
        with pytest.raises(ClientError, match="AccessDenied"):
            dynamodb.get_item(TableName=table, Key=pointer_key)
        with suppress(ClientError):
            s3.list_objects_v2(Bucket=gifts.output("LakeBucketName"))
            may_list_their_own += 1
    assert len(roles) > may_list_their_own > 5


def test_what_a_stack_held_stays_when_it_goes_and_a_new_one_of_its_name_begins_empty(account, assembly):
    """It ends one of the shops, so it comes after what asks both.

    The new stack has other buckets. In the local cloud a table and a secret have the name of the stack and no
    more, so that those of the old stack are met again; on AWS they are others, too.
    """
    shop = account["Kaffee"]
    kept = resources(shop.stack, "AWS::S3::Bucket", "AWS::Cognito::UserPool")
    buckets = ("RawBucketName", "LakeBucketName")
    before = {bucket: objects(shop.stack, bucket) for bucket in buckets}
    secret = shop.stack.output("VisitorSecretArn")
    signed = shop.stack.cloud.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    users = people(shop.stack)
    assert all(before.values())
    assert users

    assert destroy(shop.stack) == "DELETE_COMPLETE"

    assert {bucket: objects(shop.stack, bucket) for bucket in buckets} == before
    assert people(shop.stack) == users
    found = shop.stack.cloud.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    assert found == signed
    table = shop.stack.cloud.client("dynamodb").describe_table(
        TableName=shop.stack.output("ServingTableName")
    )
    assert table["Table"]["TableStatus"] == "ACTIVE"

    again = deploy(shop.stack.cloud, assembly, stack="Kaffee")
    assert not set(resources(again, "AWS::S3::Bucket", "AWS::Cognito::UserPool").values()) & set(
        kept.values()
    )
    assert objects(again, "LakeBucketName") == set()
    assert {bucket: objects(shop.stack, bucket) for bucket in buckets} == before


def test_the_raw_objects_of_a_stack_that_is_gone_fill_a_new_one(account, tmp_path):
    """As docs/upgrades.md says: copied into the new bucket, they are ingested like any upload."""
    old, new = account["Kaffee"].stack, account["Gifts"].stack
    s3 = new.cloud.client("s3")
    for each in objects(old, "RawBucketName"):
        key = each.rpartition(" ")[0]
        source = {"Bucket": old.output("RawBucketName"), "Key": key}
        s3.copy_object(Bucket=new.output("RawBucketName"), Key=key, CopySource=source)
    deadline = time.monotonic() + 60
    with closing(new.lake_store()) as store:
        while time.monotonic() < deadline and len(store.keys("lake/reports/ingest/")) < 2:
            time.sleep(0.3)
        reports = [json.loads(store.read_bytes(key)) for key in store.keys("lake/reports/ingest/")]
    assert {each["key"] for each in reports} >= {"raw/orders/Kaffee.csv"}


def test_data_go_with_a_stack_that_was_told_so(account, assembly, tmp_path):
    """S3 deletes no bucket that holds an object, though the local cloud does: so they are emptied first."""
    cloud = account["Gifts"].stack.cloud
    stack = deploy(cloud, assembly, stack=GONE)
    assert upload(stack, tmp_path, "Gifts")["kept"] == 12
    held = resources(stack, *HOLDING_DATA)

    for bucket in ("RawBucketName", "LakeBucketName", "DashboardBucketName"):
        everything_in(stack, bucket).delete()
    assert destroy(stack) == "DELETE_COMPLETE"

    left = {each["Name"] for each in cloud.client("s3").list_buckets()["Buckets"]}
    left |= set(cloud.client("dynamodb").list_tables()["TableNames"])
    left |= {each["Name"] for each in cloud.client("secretsmanager").list_secrets()["SecretList"]}
    left |= {each["Id"] for each in cloud.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]}
    assert not left & set(held.values())
