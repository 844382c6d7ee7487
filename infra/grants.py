"""What a function may do: one statement a grant, on the narrowest resource, without wildcard actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from aws_cdk import CfnResource, Stack
from aws_cdk import aws_iam as iam

from infra.nag import acknowledge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_s3 as s3
    from constructs import IConstruct

READ_OBJECT = ("s3:GetObject",)
READ_VERSION = ("s3:GetObject", "s3:GetObjectVersion")
WRITE_OBJECT = ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload")
CHANGE_OBJECT = (*WRITE_OBJECT, "s3:DeleteObject")
READ_ITEM = ("dynamodb:GetItem", "dynamodb:BatchGetItem")
WRITE_ITEM = (*READ_ITEM, "dynamodb:PutItem", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A statement, and the cdk-nag finding that it raises by design."""

    statement: iam.PolicyStatement
    finding: str = ""
    reason: str = ""

    def acknowledge_on(self, construct: IConstruct) -> None:
        """Acknowledge the finding on the role that holds the statement."""
        if self.finding:
            acknowledge(construct, self.finding, self.reason)


def allow(actions: Sequence[str], *resources: str) -> iam.PolicyStatement:
    """Write a statement that allows some actions on some resources."""
    return iam.PolicyStatement(actions=list(actions), resources=list(resources))


def logical_id_of(resource: CfnResource) -> str:
    """Return the logical id that the template will hold; it cannot be overridden after that."""
    return cast("str", Stack.of(resource).resolve(resource.logical_id))


def on_objects(bucket: s3.Bucket, keys: str, actions: Sequence[str]) -> Grant:
    """Grant actions on the objects below a prefix, written as ``lake/*``."""
    logical_id = logical_id_of(cast("CfnResource", bucket.node.default_child))
    return Grant(
        statement=allow(actions, bucket.arn_for_objects(keys)),
        finding=f"IAM5[Resource::<{logical_id}.Arn>/{keys}]",
        reason=f"The names of the objects below {keys} are made at run time from run ids, Delta commits "
        "and uploads; the prefix is the narrowest resource that IAM can name.",
    )


def on_listing(bucket: s3.Bucket) -> Grant:
    """Grant listing a bucket.

    Without a condition on the prefix: S3 answers a read of a missing key with 404 only where
    the caller may list the bucket, and with 403 otherwise.
    """
    return Grant(statement=allow(["s3:ListBucket"], bucket.bucket_arn))


def on_items(table: dynamodb.Table, actions: Sequence[str]) -> Grant:
    """Grant actions on the items of a table."""
    return Grant(statement=allow(actions, table.table_arn))
