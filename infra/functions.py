"""A Lambda function with a role and a log group of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from aws_cdk import CfnResource, Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.grants import Grant, allow
from infra.layers import ARCHITECTURE, LEFT_OUT, RUNTIME
from infra.nag import acknowledge
from infra.names import FunctionSpec
from infra.packages import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.alerts import Alerts
    from infra.layers import Layers


@dataclass(frozen=True, kw_only=True)
class Common:
    """What every function of the stack shares."""

    layers: Layers
    alerts: Alerts
    shop: str
    on_aws: bool


class Function(Construct):
    """One folder below `functions/`, deployed with exactly the grants it was given."""

    def __init__(
        self,
        scope: Construct,
        *,
        spec: FunctionSpec,
        common: Common,
        grants: Sequence[Grant],
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(scope, f"{spec.logical_id}Function")
        self.spec = spec
        self.log_group = self._build_log_group()
        self.role = self._build_role(grants)
        self.function = self._build_function(common, environment)

    def _build_log_group(self) -> logs.LogGroup:
        return logs.LogGroup(
            self, "Logs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )

    def _build_role(self, grants: Sequence[Grant]) -> iam.Role:
        write_logs = allow(["logs:CreateLogStream", "logs:PutLogEvents"], self.log_group.log_group_arn)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={
                "Work": iam.PolicyDocument(statements=[write_logs, *(grant.statement for grant in grants)])
            },
        )
        for grant in grants:
            grant.acknowledge_on(role)
        return role

    def _build_function(self, common: Common, environment: Mapping[str, str]) -> lambda_.Function:
        function = lambda_.Function(
            self,
            "Function",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(ROOT / "functions" / self.spec.name), exclude=LEFT_OUT),
            layers=common.layers.of(self.spec.layer_sets),
            memory_size=self.spec.memory_mb,
            timeout=Duration.seconds(self.spec.timeout_seconds),
            ephemeral_storage_size=Size.mebibytes(self.spec.tmp_mb),
            # By ARN, so that no construct can widen the role in passing.
            role=iam.Role.from_role_arn(self, "FixedRole", self.role.role_arn, mutable=False),
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            environment={
                "PATRONAGE_SHOP": common.shop,
                "PATRONAGE_STACK": Stack.of(self).stack_name,
                "POWERTOOLS_SERVICE_NAME": self.spec.name,
                "POWERTOOLS_LOG_LEVEL": "INFO",
                **environment,
            },
        )
        cast("CfnResource", function.node.default_child).override_logical_id(
            f"{self.spec.logical_id}Function"
        )
        acknowledge(
            function,
            "L1",
            "Python 3.13 is in AWS's standard support until 2029, and is what the arm64 layers are built, "
            "measured and type-checked for; a newer runtime comes with its own measured layers.",
        )
        return function
