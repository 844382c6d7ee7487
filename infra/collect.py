"""Events from the storefront: a function that checks them, and a stream that takes them to the raw bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from constructs import Construct

from infra.alerts import FIVE_MINUTES
from infra.functions import Common, Function
from infra.grants import Grant, allow, on_items, on_listing, on_objects
from infra.names import COLLECT
from infra.secret import on_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.secret import Secrets
    from infra.storage import Storage

EVENT_PREFIX = "raw/events/"
UNDELIVERED_PREFIX = "undelivered-events/"
"""Beside `raw/`, so that what Firehose could not deliver as events is not taken for uploads."""
BUFFER_SECONDS, BUFFER_MEGABYTES = 900, 128
LATE_SECONDS = 3_600


class Collect(Construct):
    """Takes what visitors do."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        storage: Storage,
        common: Common,
        environment: Mapping[str, str],
        secrets: Secrets,
    ) -> None:
        super().__init__(scope, construct_id)
        self.stream = self._build_stream(storage)
        self.function = Function(
            self,
            spec=COLLECT,
            common=common,
            environment={**environment, "PATRONAGE_EVENT_STREAM": self.stream.ref},
            grants=[
                on_items(storage.serving, ("dynamodb:BatchGetItem", "dynamodb:PutItem")),
                Grant(statement=allow(["firehose:PutRecordBatch"], self.stream.attr_arn)),
                on_secret(secrets.visitor),
            ],
        )
        common.alerts.alarm(
            "EventsUndelivered",
            metric=self._lateness(),
            least=LATE_SECONDS,
            description="Events wait in the delivery stream for over an hour; after a day they are lost.",
        )

    def _build_stream(self, storage: Storage) -> firehose.CfnDeliveryStream:
        stream = firehose.CfnDeliveryStream(
            self,
            "Stream",
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input=(
                firehose.CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty(
                    key_type="AWS_OWNED_CMK"
                )
            ),
            extended_s3_destination_configuration=(
                firehose.CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty(
                    bucket_arn=storage.raw.bucket_arn,
                    role_arn=self._build_stream_role(storage).role_arn,
                    prefix=EVENT_PREFIX,
                    error_output_prefix=UNDELIVERED_PREFIX,
                    buffering_hints=firehose.CfnDeliveryStream.BufferingHintsProperty(
                        interval_in_seconds=BUFFER_SECONDS, size_in_m_bs=BUFFER_MEGABYTES
                    ),
                    compression_format="GZIP",
                )
            ),
        )
        stream.override_logical_id("EventStream")
        return stream

    def _build_stream_role(self, storage: Storage) -> iam.Role:
        put = ("s3:PutObject", "s3:AbortMultipartUpload")
        multipart = allow(["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"], storage.raw.bucket_arn)
        grants = [
            on_objects(storage.raw, f"{EVENT_PREFIX}*", put),
            on_objects(storage.raw, f"{UNDELIVERED_PREFIX}*", put),
            on_listing(storage.raw),
            Grant(statement=multipart),
        ]
        role = iam.Role(
            self,
            "StreamRole",
            assumed_by=iam.ServicePrincipal("firehose.amazonaws.com"),
            inline_policies={"Deliver": iam.PolicyDocument(statements=[each.statement for each in grants])},
        )
        for grant in grants:
            grant.acknowledge_on(role)
        return role

    def _lateness(self) -> cloudwatch.Metric:
        """Return for how many seconds the oldest event of the stream waits."""
        return cloudwatch.Metric(
            namespace="AWS/Firehose",
            metric_name="DeliveryToS3.DataFreshness",
            dimensions_map={"DeliveryStreamName": self.stream.ref},
            statistic="Maximum",
            period=FIVE_MINUTES,
        )
