"""The one setting of API Gateway that belongs to the account: the role that it writes logs with."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.grants import allow
from infra.nag import acknowledge

WRITE_LOGS = (
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
)


class ApiGatewayAccount(Construct):
    """Lets API Gateway write logs in this account and region.

    The setting holds one role for all APIs. Stacks side by side each bring an equal role and set it;
    whichever set it last, all of them log. Setting and role stay when a stack goes, so that a stack
    never takes the others' logs with it.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            inline_policies={"Logs": iam.PolicyDocument(statements=[allow(WRITE_LOGS, "*")])},
        )
        role.apply_removal_policy(RemovalPolicy.RETAIN)
        acknowledge(
            role,
            "IAM5[Resource::*]",
            "API Gateway has one role for every API of the account and names execution log groups itself; "
            "it refuses a role that may not write to all of them. Seven log actions, no managed policy.",
        )
        account = apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
        account.apply_removal_policy(RemovalPolicy.RETAIN)
