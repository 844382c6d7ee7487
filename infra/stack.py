"""The stack: it only composes the constructs, and names what others look up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, CfnParameter, Stack

from infra.alerts import RUNBOOKS, Alerts
from infra.answering import Seen, answering_environment, build_api_function, build_lookup_function
from infra.api import Api, Doors
from infra.catalog import Catalog
from infra.collect import Collect
from infra.dashboard import Dashboard, Watched
from infra.erase import Erase
from infra.functions import Common, Function
from infra.ingest import Ingest
from infra.layers import Layers
from infra.machines import Schedule
from infra.monitor import Monitor
from infra.names import API, COLLECT, DESCRIPTION, LOCAL_PORT, LOOKUP
from infra.plans import Rates
from infra.publish import build_publish_function
from infra.removal import let_data_go
from infra.secret import Secrets, arn_of
from infra.segment import Segment
from infra.signin import SignIn
from infra.site import Site
from infra.spark import NO_SPARK, VCPUS, EmrServerless, Spark, build_local_spark
from infra.storage import Storage
from infra.train import Train
from infra.watch import STALE_DAYS, watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from patronage.settings import Shop

MONITORING_CRON = "0 3 * * ? *"
UPKEEP_AT = "03:17"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the CDK context decides."""

    shop: Shop
    on_aws: bool = True
    build_layers: bool = True
    schedule_is_on: bool = True
    alert_email: str = ""
    upkeep_at: str = UPKEEP_AT
    rates: Rates = field(default_factory=Rates)
    has_waf: bool = False
    layer_arns: Mapping[str, str] = field(default_factory=dict)
    runbook_url: str = RUNBOOKS
    stale_days: int = STALE_DAYS
    has_dashboard: bool = True
    has_spark: bool = False
    spark_vcpus: int = VCPUS
    keeps_data: bool = True


class PatronageStack(Stack):
    """One shop's Patronage."""

    def __init__(self, scope: Construct, construct_id: str, *, options: Options) -> None:
        super().__init__(scope, construct_id, description=DESCRIPTION)
        self.storage = Storage(self, "Storage", tls_only=options.on_aws)
        self.alerts = Alerts(
            self,
            "Alerts",
            email=options.alert_email,
            tls_only=options.on_aws,
            runbook_url=options.runbook_url,
        )
        common = Common(
            layers=Layers(
                self,
                "Layers",
                built=options.build_layers,
                managed=options.on_aws,
                arns=options.layer_arns,
            ),
            alerts=self.alerts,
            shop=options.shop.to_json(),
            on_aws=options.on_aws,
        )
        self.secrets = Secrets(self, "Secrets")
        self.publish = build_publish_function(self, storage=self.storage, common=common, secrets=self.secrets)
        self.segment, self.train, self.monitor = self._build_runs(common, options)
        self.ingest = Ingest(
            self,
            "Ingest",
            storage=self.storage,
            common=common,
            secrets=self.secrets,
            monitoring=self.monitor.machine if options.schedule_is_on else None,
        )
        self.catalog = self._build_catalog(common, options)
        self.erase = Erase(
            self,
            "Erase",
            storage=self.storage,
            common=common,
            secrets=self.secrets,
            runs=[self.segment.machine, self.train.machine, self.monitor.machine],
        )
        self.machines = {
            "segmentation": self.segment.machine,
            "training": self.train.machine,
            "monitoring": self.monitor.machine,
            "upkeep": self.catalog.machine,
            "erasure": self.erase.machine,
        }
        self.monitor.keep_ends(self.machines)
        self.alerts.watch_runs([machine.arn for machine in self.machines.values()])
        self.sign_in = SignIn(self, "SignIn")
        self._build_api(common, options)
        self._watch(options)
        self._write_outputs(options)
        if not options.keeps_data:
            let_data_go(self)

    def _build_api(self, common: Common, options: Options) -> None:
        self.api = Api(
            self,
            "Api",
            user_pool=self.sign_in.pool,
            common=common,
            doors=Doors(rates=options.rates, has_waf=options.has_waf),
        )
        self.site = self._build_site(options)
        environment = answering_environment(
            self.storage, common, self.api.keys, self.secrets, dashboard=self.site.url
        )
        self.lookup = build_lookup_function(
            self, storage=self.storage, common=common, environment=environment, secrets=self.secrets
        )
        self.rest = build_api_function(
            self,
            storage=self.storage,
            common=common,
            environment=environment,
            secrets=self.secrets,
            erase=self.erase,
            publish=self.publish,
            seen=Seen(machines=self.machines, dead_letters=self.ingest.dead_letters),
        )
        self.collect = Collect(
            self,
            "Collect",
            storage=self.storage,
            common=common,
            environment=environment,
            secrets=self.secrets,
        )
        self.api.answer_with(
            {LOOKUP.name: self.lookup, API.name: self.rest, COLLECT.name: self.collect.function},
            origins=[self.site.url, *options.shop.cors_origins],
        )

    def _build_site(self, options: Options) -> Site:
        if options.on_aws:
            cognito = f"https://cognito-idp.{self.region}.{self.url_suffix}"
            return Site(self, "Site", asked=[self.api.origin, cognito])
        port = CfnParameter(self, LOCAL_PORT, default="4566", description="Where the local cloud answers")
        return Site(self, "Site", asked=[f"http://127.0.0.1:{port.value_as_string}"], local_port=port)

    def _watch(self, options: Options) -> None:
        watch(self.alerts, stale_days=options.stale_days)
        if options.has_dashboard:
            self._build_dashboard()
        self.rest.function.add_environment("PATRONAGE_ALARMS", self.alerts.alarm_names)

    def _build_dashboard(self) -> None:
        watched = Watched(
            alerts=self.alerts,
            machines=self.machines,
            functions={each.spec.name: each for each in (self.lookup, self.rest, self.collect.function)},
            queue=self.ingest.queue,
            dead_letters=self.ingest.dead_letters,
            serving=self.storage.serving,
            stream=self.collect.stream.ref,
        )
        Dashboard(self, "Dashboard", watched=watched)

    def _build_runs(self, common: Common, options: Options) -> tuple[Segment, Train, Monitor]:
        spark = self._build_spark(common, options)
        segment = Segment(
            self,
            "Segment",
            storage=self.storage,
            common=common,
            publish=self.publish,
            spark=spark,
        )
        train = Train(
            self,
            "Train",
            storage=self.storage,
            common=common,
            publish=self.publish,
            spark=spark,
        )
        monitor = Monitor(
            self,
            "Monitor",
            storage=self.storage,
            common=common,
            publish=self.publish,
            schedule=Schedule(
                cron=MONITORING_CRON, timezone=options.shop.timezone, is_on=options.schedule_is_on
            ),
            retrained={"segments": segment.machine, "recommendations": train.machine},
            spark=spark,
        )
        return segment, train, monitor

    def _build_spark(self, common: Common, options: Options) -> Spark:
        if not options.has_spark:
            return NO_SPARK
        if not options.on_aws:
            return build_local_spark(self, storage=self.storage, common=common)
        application = EmrServerless(
            self, "Spark", storage=self.storage, vcpus=options.spark_vcpus, built=options.build_layers
        )
        CfnOutput(self, "SparkApplicationId", value=application.application.attr_application_id)
        CfnOutput(self, "SparkLogGroupName", value=application.log_group.log_group_name)
        return application.spark

    def _build_catalog(self, common: Common, options: Options) -> Catalog:
        hour, minute = options.upkeep_at.split(":")
        return Catalog(
            self,
            "Catalog",
            storage=self.storage,
            common=common,
            schedule=Schedule(
                cron=f"{int(minute)} {int(hour)} * * ? *",
                timezone=options.shop.timezone,
                is_on=options.schedule_is_on,
            ),
        )

    def _functions(self) -> tuple[Function, ...]:
        return (
            self.ingest.function,
            self.segment.function,
            self.train.tables_function,
            self.train.function,
            self.monitor.function,
            self.monitor.learn_function,
            self.publish,
            self.catalog.compact,
            self.catalog.function,
            self.erase.function,
            self.lookup,
            self.rest,
            self.collect.function,
        )

    def _write_outputs(self, options: Options) -> None:
        outputs = {
            "ApiUrl": self.api.url,
            "DashboardUrl": self.site.url,
            "DashboardBucketName": self.site.bucket.bucket_name,
            "DashboardDistributionId": self.site.distribution.distribution_id,
            "ShopTimezone": options.shop.timezone,
            "ServerKeyId": self.api.keys.server.key_id,
            "BrowserKeyId": self.api.keys.browser.key_id,
            "VisitorSecretArn": arn_of(self.secrets.visitor),
            "RawBucketName": self.storage.raw.bucket_name,
            "EventStreamName": self.collect.stream.ref,
            "LakeBucketName": self.storage.lake.bucket_name,
            "ServingTableName": self.storage.serving.table_name,
            "IngestQueueUrl": self.ingest.queue.queue_url,
            "IngestDeadLetterQueueUrl": self.ingest.dead_letters.queue_url,
            "SegmentationStateMachineArn": self.segment.machine.arn,
            "TrainingStateMachineArn": self.train.machine.arn,
            "MonitoringStateMachineArn": self.monitor.machine.arn,
            "UpkeepStateMachineArn": self.catalog.machine.arn,
            "ErasureStateMachineArn": self.erase.machine.arn,
            "GlueDatabaseName": self.catalog.database.ref,
            "UserPoolId": self.sign_in.pool.user_pool_id,
            "UserPoolClientId": self.sign_in.client.user_pool_client_id,
            "AlertTopicArn": self.alerts.topic.topic_arn,
            "AlarmNames": self.alerts.alarm_names,
        }
        for each in self._functions():
            outputs[f"{each.spec.logical_id}FunctionName"] = each.function.function_name
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
