"""What a function may do: one statement a grant, on the narrowest resource, without wildcard actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from aws_cdk import Aws, CfnResource, Stack
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
PUBLISH_ITEM = ("dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem")
CHANGE_ITEM = (*READ_ITEM, "dynamodb:UpdateItem", "dynamodb:BatchWriteItem")
KEEP_TABLE = ("glue:GetTable", "glue:CreateTable", "glue:UpdateTable", "glue:GetPartitions")
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


def on_catalogue(database: str, tables: Sequence[str]) -> list[Grant]:
    """Grant keeping the entries of some tables of a Glue database, and looking at the database's others.

    Parameters
    ----------
    database : str
        Name of the database.
    tables : sequence of str
        The tables whose entries may be written.
    """

    def glue(resource: str) -> str:
        return f"arn:{Aws.PARTITION}:glue:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"

    above = [glue("catalog"), glue(f"database/{database}")]
    own = [glue(f"table/{database}/{table}") for table in tables]
    return [
        Grant(statement=allow(KEEP_TABLE, *above, *own)),
        Grant(
            statement=allow(["glue:GetTables"], *above, glue(f"table/{database}/*")),
            finding="IAM5[Resource::arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:"
            f"table/{database}/*]",
            reason="Glue lets a caller list a database only where it may see each of its tables, those that "
            "analysts added too. It is reading the entries of this stack's own database; writing is granted "
            "on the named tables alone.",
        ),
    ]


def on_items(table: dynamodb.Table, actions: Sequence[str]) -> Grant:
    """Grant actions on the items of a table."""
    return Grant(statement=allow(actions, table.table_arn))


def on_lock(table: dynamodb.Table, family: str) -> Grant:
    """Grant taking the lock of a family's runs, one item of a table."""
    statement = allow(["dynamodb:PutItem"], table.table_arn)
    statement.add_condition("ForAllValues:StringEquals", {"dynamodb:LeadingKeys": [f"lock#{family}"]})
    return Grant(statement=statement)
