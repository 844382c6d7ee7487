"""The buckets and the serving table: what stays when the stack goes."""

from __future__ import annotations

from typing import cast

from aws_cdk import CfnResource, Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.nag import acknowledge
from infra.names import CUSTOMER_EXPORT_OBJECTS


class Storage(Construct):
    """Raw uploads, the lake, and the table that the API reads."""

    def __init__(self, scope: Construct, construct_id: str, *, tls_only: bool) -> None:
        super().__init__(scope, construct_id)
        self._tls_only = tls_only
        self.raw = self._build_bucket("RawBucket", versioned=True)
        self.lake = self._build_bucket("LakeBucket", versioned=False)
        self.lake.add_lifecycle_rule(
            id="CustomerExports",
            prefix=CUSTOMER_EXPORT_OBJECTS.removesuffix("*"),
            expiration=Duration.days(7),
        )
        self.serving = self._build_serving_table()
        self._send_uploads_to_eventbridge()

    def _build_bucket(self, name: str, *, versioned: bool) -> s3.Bucket:
        bucket = build_bucket(self, name, tls_only=self._tls_only, versioned=versioned)
        acknowledge(
            bucket,
            "S1",
            "Only this stack's roles and the owner's own principals reach the bucket. A server access log "
            "would grow with each object that a run touches, hold who read which customer file, and need "
            "erasure of its own; an account that must audit reads turns on CloudTrail data events.",
        )
        return bucket

    def _send_uploads_to_eventbridge(self) -> None:
        # The L2's event_bridge_enabled adds a custom-resource Lambda for this one property.
        bucket = cast("s3.CfnBucket", self.raw.node.default_child)
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )

    def _build_serving_table(self) -> dynamodb.Table:
        # Not TableV2: turning on PITR there later would replace the table, empty.
        table = dynamodb.Table(
            self,
            "ServingTable",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expires_at",
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        cast("CfnResource", table.node.default_child).override_logical_id("ServingTable")
        acknowledge(
            table,
            "DDB3",
            "The table holds nothing that the lake does not: any generation is published again from its "
            "run, and a superseded one stays for the keep time. A backup would add cost and copies of "
            "customers' items that erasure would have to reach.",
        )
        return table


def build_bucket(scope: Construct, name: str, *, tls_only: bool, versioned: bool) -> s3.Bucket:
    """Build a private, encrypted bucket that stays when the stack goes, under a logical id of its own."""
    bucket = s3.Bucket(
        scope,
        name,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=tls_only,
        minimum_tls_version=1.2 if tls_only else None,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=RemovalPolicy.RETAIN,
        versioned=versioned,
        lifecycle_rules=[
            s3.LifecycleRule(id="AbandonedUploads", abort_incomplete_multipart_upload_after=Duration.days(7))
        ],
    )
    cast("CfnResource", bucket.node.default_child).override_logical_id(name)
    return bucket
