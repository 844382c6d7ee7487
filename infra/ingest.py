"""Uploads: bucket event → queue → ingest, and a dead-letter queue for what does not go through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.functions import Common, Function
from infra.grants import (
    CHANGE_ITEM,
    CHANGE_OBJECT,
    READ_OBJECT,
    READ_VERSION,
    Grant,
    allow,
    on_items,
    on_listing,
    on_objects,
)
from infra.names import (
    INGEST,
    LAKE_OBJECTS,
    RAW_OBJECTS,
    SETTINGS_OBJECTS,
    UPLOADS_AT_ONCE,
)
from infra.secret import arn_of, on_secret
from patronage.logic.monitor.metrics import QUALITY_BREACHES

if TYPE_CHECKING:
    from infra.machines import Machine
    from infra.secret import Secrets
    from infra.storage import Storage

DELIVERIES = 5


class Ingest(Construct):
    """Turns each uploaded object into rows of the lake.

    Parameters
    ----------
    scope, construct_id
        Where the construct stands.
    storage, common, secrets
        As elsewhere in the stack.
    monitoring : Machine, optional
        What is started when new orders have come, to look whether they are enough; None where nothing starts
        by itself.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        storage: Storage,
        common: Common,
        secrets: Secrets,
        monitoring: Machine | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._monitoring = [monitoring.arn] if monitoring else []
        self._tls_only = common.on_aws
        self.dead_letters = self._build_queue("DeadLetters", retention=Duration.days(14))
        self.queue = self._build_queue(
            "Queue",
            visibility=Duration.seconds(6 * INGEST.timeout_seconds),
            dead_letters=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=DELIVERIES),
        )
        self.function = self._build_function(storage, common, secrets)
        self._send_uploads(storage)
        self._read_queue()
        common.alerts.alarm(
            "UploadsGivenUp",
            metric=self.dead_letters.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(5), statistic="max"
            ),
            description="An upload failed five times and waits in the dead-letter queue.",
        )
        common.alerts.alarm(
            "UploadsFailing",
            metric=self.function.function.metric_errors(period=Duration.hours(6)),
            description="An upload failed within the last six hours; the queue delivers it again.",
            notify=False,
        )
        common.alerts.alarm(
            "QualityBreaches",
            metric=common.alerts.metric(QUALITY_BREACHES, statistic="Sum"),
            description="An upload breaks a quality rule of severity alarm; patronage report says which.",
        )

    def _build_queue(
        self,
        name: str,
        *,
        retention: Duration | None = None,
        visibility: Duration | None = None,
        dead_letters: sqs.DeadLetterQueue | None = None,
    ) -> sqs.Queue:
        return sqs.Queue(
            self,
            name,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=self._tls_only,
            retention_period=retention,
            visibility_timeout=visibility,
            dead_letter_queue=dead_letters,
        )

    def _build_function(self, storage: Storage, common: Common, secrets: Secrets) -> Function:
        receive = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
        ]
        return Function(
            self,
            spec=INGEST,
            common=common,
            environment={
                "PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name,
                "PATRONAGE_SERVING_TABLE": storage.serving.table_name,
                "PATRONAGE_ERASURE_SECRET": arn_of(secrets.erasure),
                "PATRONAGE_MONITORING_MACHINE": "".join(self._monitoring),
            },
            grants=[
                *(Grant(statement=allow(["states:StartExecution"], arn)) for arn in self._monitoring),
                Grant(statement=allow(receive, self.queue.queue_arn)),
                on_objects(storage.raw, RAW_OBJECTS, READ_VERSION),
                on_listing(storage.raw),
                on_objects(storage.lake, LAKE_OBJECTS, CHANGE_OBJECT),
                on_objects(storage.lake, SETTINGS_OBJECTS, READ_OBJECT),
                on_listing(storage.lake),
                on_items(storage.serving, CHANGE_ITEM),
                on_secret(secrets.erasure),
            ],
        )

    def _send_uploads(self, storage: Storage) -> None:
        rule = events.Rule(
            self,
            "Uploads",
            description="An object below raw/: to the ingest queue.",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [storage.raw.bucket_name]},
                    "object": {"key": [{"prefix": RAW_OBJECTS.removesuffix("*")}]},
                },
            ),
        )
        rule.add_target(targets.SqsQueue(self.queue))

    def _read_queue(self) -> None:
        # The L2 event source would grant to the role by itself, which is read only here.
        lambda_.EventSourceMapping(
            self,
            "ReadQueue",
            target=self.function.function,
            event_source_arn=self.queue.queue_arn,
            batch_size=1,
            report_batch_item_failures=True,
            max_concurrency=UPLOADS_AT_ONCE,
        )
