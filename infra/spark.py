"""Spark for what is too large for functions: EMR Serverless, which costs nothing while no job runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aws_cdk import Aws, RemovalPolicy, Stack
from aws_cdk import aws_emrserverless as emrserverless
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from infra.asl_spark import emr_job, local_job
from infra.functions import Function
from infra.grants import READ_OBJECT, WRITE_OBJECT, Grant, allow, logical_id_of, on_listing, on_objects
from infra.layers import LEFT_OUT
from infra.names import JOB_SET, LAKE_OBJECTS, MODEL_OBJECTS, RUN_OBJECTS, SETTINGS_OBJECTS, SPARK_JOB
from infra.packages import PYTHON_VERSION, ROOT, build_layer, mark_unbuilt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from infra.asl import States
    from infra.functions import Common
    from infra.storage import Storage

RELEASE = "emr-spark-8.0.0"
"""Spark 4.0.2, with Python 3.11, 3.12 and 3.13; supported until 2027-05-20
(https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark800-release.html). The 7.x have Spark 3.5."""
IDLE_MINUTES = 5
VCPUS = 16
"""What a new account may use at once; Service Quotas raises it."""
DRIVER_VCPUS, EXECUTOR_VCPUS = 8, 4
FEWEST_VCPUS = DRIVER_VCPUS + EXECUTOR_VCPUS
_DRIVER_DISK_GB, _EXECUTOR_DISK_GB = 200, 100
_GB_A_VCPU = 7.5
"""EMR Serverless gives a worker of 4 vCPU up to 30 GB and one of 8 vCPU up to 60 GB."""
_LIBRARY = ROOT / "layers" / "patronage" / "python"
_SETTINGS = {
    # NumPy and DuckDB of the driver work outside of Java's heap.
    "spark.driver.cores": str(DRIVER_VCPUS),
    "spark.driver.memory": "16g",
    "spark.driver.memoryOverhead": "40g",
    "spark.driver.maxResultSize": "8g",
    # The plan of MLlib's ALS grows with its iterations, and Java walks it on its stack.
    "spark.driver.extraJavaOptions": "-Xss8m",
    "spark.executor.extraJavaOptions": "-Xss8m",
    "spark.executor.cores": str(EXECUTOR_VCPUS),
    "spark.executor.memory": "18g",
    "spark.executor.memoryOverhead": "6g",
    "spark.emr-serverless.driver.disk": f"{_DRIVER_DISK_GB}g",
    "spark.emr-serverless.executor.disk": f"{_EXECUTOR_DISK_GB}g",
}


@dataclass(frozen=True, kw_only=True)
class Spark:
    """What lets a state machine start a job.

    Parameters
    ----------
    job : callable
        Gives the states of the job of a machine by its name; none where there is no Spark.
    application : str
        What a function that chooses the engine is told there is, if anything.
    names, grants, functions
        As of `Machine`.
    reads : sequence of Grant
        What a function may that tells what a job took.
    """

    job: Callable[[str], States]
    application: str
    names: Mapping[str, str] = field(default_factory=dict)
    grants: Sequence[Grant] = ()
    functions: Sequence[Function] = ()
    reads: Sequence[Grant] = ()

    def tell(self, function: Function) -> None:
        """Let a function choose Spark, where there is one."""
        if self.application:
            function.function.add_environment("PATRONAGE_SPARK_APPLICATION", self.application)


NO_SPARK = Spark(job=lambda _machine: {}, application="")


def build_local_spark(scope: Construct, *, storage: Storage, common: Common) -> Spark:
    """Let a function of a cloud on this machine do the job, for there is no EMR Serverless."""
    function = Function(
        scope,
        spec=SPARK_JOB,
        common=common,
        environment={"PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name},
        grants=_work_on(storage),
    )
    return Spark(
        job=lambda machine: local_job(SPARK_JOB, machine),
        application="local",
        functions=[function],
    )


class EmrServerless(Construct):
    """An application without any worker until a job starts, and after the last one ended.

    Parameters
    ----------
    scope, construct_id
        Where the construct stands.
    storage : Storage
        Whose lake the job reads and writes; it reaches neither the uploads nor the serving table.
    vcpus : int
        How many virtual processors all workers together may have.
    built : bool
        Whether pip builds the job's packages; otherwise there is a note only.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, storage: Storage, vcpus: int, built: bool
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self, "Logs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        self._most_executors = (vcpus - DRIVER_VCPUS) // EXECUTOR_VCPUS
        self.application = self._build_application(vcpus)
        self._entry = s3_assets.Asset(self, "Entry", path=str(_LIBRARY / "patronage" / "spark_job.py"))
        self._library = s3_assets.Asset(self, "Library", path=str(_LIBRARY), exclude=LEFT_OUT)
        packages = build_layer(JOB_SET) if built else mark_unbuilt(JOB_SET)
        self._packages = s3_assets.Asset(self, "Packages", path=str(packages), exclude=LEFT_OUT)
        self.role = self._build_role(storage)

    @property
    def spark(self) -> Spark:
        """What the state machines are given."""
        return Spark(
            job=emr_job,
            application=self.application.attr_application_id,
            names={
                "SparkApplication": self.application.attr_application_id,
                "SparkRole": self.role.role_arn,
                "SparkLogs": self.log_group.log_group_name,
                "SparkEntryPoint": self._entry.s3_object_url,
                "SparkParameters": self._parameters(),
            },
            grants=self._starting(),
            reads=[self._on_jobs("emr-serverless:GetJobRun")],
        )

    def _build_application(self, vcpus: int) -> emrserverless.CfnApplication:
        application = emrserverless.CfnApplication(
            self,
            "Application",
            type="SPARK",
            release_label=RELEASE,
            architecture="ARM64",
            auto_start_configuration=emrserverless.CfnApplication.AutoStartConfigurationProperty(
                enabled=True
            ),
            auto_stop_configuration=emrserverless.CfnApplication.AutoStopConfigurationProperty(
                enabled=True, idle_timeout_minutes=IDLE_MINUTES
            ),
            maximum_capacity=emrserverless.CfnApplication.MaximumAllowedResourcesProperty(
                cpu=f"{vcpus} vCPU",
                memory=f"{int(vcpus * _GB_A_VCPU)} GB",
                disk=f"{_DRIVER_DISK_GB + _EXECUTOR_DISK_GB * self._most_executors} GB",
            ),
        )
        application.override_logical_id("SparkApplication")
        return application

    def _build_role(self, storage: Storage) -> iam.Role:
        shipped = [self._object_of(each) for each in (self._entry, self._library, self._packages)]
        grants = [*_work_on(storage), Grant(statement=allow(READ_OBJECT, *shipped)), *self._logging()]
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "emr-serverless.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnEquals": {"aws:SourceArn": self.application.attr_arn},
                },
            ),
            inline_policies={"Work": iam.PolicyDocument(statements=[grant.statement for grant in grants])},
        )
        for grant in grants:
            grant.acknowledge_on(role)
        return role

    def _logging(self) -> list[Grant]:
        written = allow(
            ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            self.log_group.log_group_arn,
        )
        return [
            Grant(statement=written),
            Grant(
                statement=allow(["logs:DescribeLogGroups"], "*"),
                finding="IAM5[Resource::*]",
                reason="EMR Serverless looks for the log group by listing groups, an action that IAM cannot "
                "limit to one of them; it shows their names alone.",
            ),
        ]

    def _starting(self) -> list[Grant]:
        """Grant what Step Functions needs to start a job of this application and to wait for its end."""
        stack = Stack.of(self)
        passing = allow(["iam:PassRole"], self.role.role_arn)
        passing.add_condition("StringEquals", {"iam:PassedToService": "emr-serverless.amazonaws.com"})
        told = stack.format_arn(
            service="events",
            resource="rule",
            resource_name="StepFunctionsGetEventsForEMRServerlessJobRule",
        )
        return [
            Grant(statement=allow(["emr-serverless:StartJobRun"], self.application.attr_arn)),
            self._on_jobs("emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"),
            Grant(statement=passing),
            # Step Functions learns of the end of a job by this rule, which it makes and owns.
            Grant(statement=allow(["events:PutTargets", "events:PutRule", "events:DescribeRule"], told)),
        ]

    def _on_jobs(self, *actions: str) -> Grant:
        """Grant actions on the jobs of this application."""
        return Grant(
            statement=allow(actions, f"{self.application.attr_arn}/jobruns/*"),
            finding=f"IAM5[Resource::<{logical_id_of(self.application)}.Arn>/jobruns/*]",
            reason="EMR Serverless names job runs itself; the application is the narrowest prefix.",
        )

    def _parameters(self) -> str:
        """Return what spark-submit is given; paths are those of a worker's own folder."""
        python = f"python{PYTHON_VERSION}"
        path = "./packages/python:./library"
        environment = {"PYSPARK_PYTHON": python, "PYTHONPATH": path}
        archives = {"packages": self._packages, "library": self._library}
        settings = {
            **_SETTINGS,
            "spark.dynamicAllocation.maxExecutors": str(self._most_executors),
            "spark.archives": ",".join(f"{each.s3_object_url}#{name}" for name, each in archives.items()),
            "spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON": python,
            **{f"spark.emr-serverless.driverEnv.{name}": value for name, value in environment.items()},
            **{f"spark.executorEnv.{name}": value for name, value in environment.items()},
        }
        return " ".join(f"--conf {name}={value}" for name, value in settings.items())

    @staticmethod
    def _object_of(asset: s3_assets.Asset) -> str:
        return asset.bucket.arn_for_objects(asset.s3_object_key)


def _work_on(storage: Storage) -> list[Grant]:
    """Grant what the functions of both machines may do, up to the gate."""
    return [
        on_objects(storage.lake, LAKE_OBJECTS, READ_OBJECT),
        on_objects(storage.lake, SETTINGS_OBJECTS, READ_OBJECT),
        on_objects(storage.lake, RUN_OBJECTS, WRITE_OBJECT),
        on_objects(storage.lake, MODEL_OBJECTS, WRITE_OBJECT),
        on_listing(storage.lake),
    ]
