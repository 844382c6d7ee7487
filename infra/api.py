"""The HTTP API: functions behind a REST API with keys, a user pool, throttling and access logs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.account import ApiGatewayAccount
from infra.nag import acknowledge
from infra.names import STAGE
from infra.plans import Keys, Rates
from infra.routes import add_routes
from infra.waf import protect
from patronage.logic.problems import MEDIA_TYPE, problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_cognito as cognito

    from infra.functions import Common, Function

ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "resourcePath": "$context.resourcePath",
    "method": "$context.httpMethod",
}
"""The resource as declared, never the path as asked for: a path holds a customer's id."""


REFUSALS = {
    "BAD_REQUEST_PARAMETERS": (400, "Bad request", "$context.error.message"),
    "UNAUTHORIZED": (401, "Not signed in", "Send a valid token in the Authorization header."),
    "EXPIRED_TOKEN": (401, "Token expired", "Sign in again."),
    "ACCESS_DENIED": (403, "Forbidden", "The token does not allow this."),
    "INVALID_API_KEY": (403, "API key needed", "Send a valid key in the x-api-key header."),
    "MISSING_AUTHENTICATION_TOKEN": (404, "No such route", "Look at the path and the method."),
    "REQUEST_TOO_LARGE": (413, "Too large", "API Gateway takes at most 10 MB; send less at once."),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Unsupported media type", "Send application/json."),
    "WAF_FILTERED": (403, "Forbidden", "The web ACL stopped this."),
    "THROTTLED": (429, "Too many requests", "Ask again in a second."),
    "QUOTA_EXCEEDED": (429, "Too many requests", "The key's quota is used up."),
    "INTEGRATION_TIMEOUT": (504, "Timed out", "Ask again."),
    "INTEGRATION_FAILURE": (502, "No answer", "Ask again."),
    "DEFAULT_5XX": (500, "Failed", "Something failed here; ask again."),
}
"""What API Gateway answers by itself, in the shape of our own errors."""


@dataclass(frozen=True, kw_only=True)
class Doors:
    """How much may be asked, and whether a web ACL looks at it first."""

    rates: Rates = field(default_factory=Rates)
    has_waf: bool = False


class Api(Construct):
    """What storefront and analysts call."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        user_pool: cognito.UserPool,
        common: Common,
        doors: Doors,
    ) -> None:
        super().__init__(scope, construct_id)
        self._doors = doors
        self.keys = Keys(self, on_aws=common.on_aws)
        self.rest_api = self._build_rest_api()
        self._prepare_logs()
        self._user_pool = user_pool
        self._describe_refusals()
        self.keys.plan(self.rest_api, doors.rates)
        if doors.has_waf:
            protect(self, self.rest_api)

    @property
    def url(self) -> str:
        """Where the stage answers, without a slash at the end."""
        stack = Stack.of(self)
        host = f"{self.rest_api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}"
        return f"https://{host}/{STAGE}"

    @property
    def origin(self) -> str:
        """The web origin of the stage, as a page's policy names it."""
        return self.url.removesuffix(f"/{STAGE}")

    def answer_with(self, functions: Mapping[str, Function], *, origins: Sequence[str]) -> None:
        """Add every route, answered by the function that the table of routes names."""
        authorizer = apigateway.CognitoUserPoolsAuthorizer(
            self, "SignedIn", cognito_user_pools=[self._user_pool]
        )
        add_routes(self.rest_api, functions, authorizer=authorizer, origins=origins)

    def _build_rest_api(self) -> apigateway.RestApi:
        access_logs = logs.LogGroup(
            self, "AccessLogs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        log_format = Stack.of(self).to_json_string(ACCESS_LOG_FIELDS)
        rest_api = apigateway.RestApi(
            self,
            "RestApi",
            rest_api_name=Stack.of(self).stack_name,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                throttling_rate_limit=2 * self._doors.rates.per_second,
                throttling_burst_limit=2 * self._doors.rates.burst,
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                metrics_enabled=False,
                access_log_destination=apigateway.LogGroupLogDestination(access_logs),
                access_log_format=apigateway.AccessLogFormat.custom(log_format),
            ),
        )
        rest_api.node.try_remove_child("Endpoint")  # its output would repeat ours under a name with a hash
        acknowledge(
            rest_api.deployment_stage,
            "APIG3",
            "A web ACL bills each month while idle, more than the whole stack; throttling and the usage "
            "plans hold the rate. The context `waf=on` adds one.",
        )
        return rest_api

    def _prepare_logs(self) -> None:
        """Allow logs before the stage turns them on; API Gateway's own log group would be kept for ever."""
        stage = self.rest_api.deployment_stage
        execution_logs = logs.LogGroup(
            self,
            "ExecutionLogs",
            log_group_name=f"API-Gateway-Execution-Logs_{self.rest_api.rest_api_id}/{STAGE}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        stage.node.add_dependency(ApiGatewayAccount(self, "ApiGateway"), execution_logs)

    def _describe_refusals(self) -> None:
        for name, refusal in REFUSALS.items():
            self.rest_api.add_gateway_response(
                name.capitalize(),
                type=apigateway.ResponseType.of(name),
                status_code=str(refusal[0]),
                response_headers=self._headers(refusal[0]),
                templates={
                    "application/json": json.dumps(problem(*refusal, request_id="$context.requestId"))
                },
            )

    def _headers(self, status: int) -> dict[str, str]:
        headers = {
            "Content-Type": f"'{MEDIA_TYPE}'",
            "X-Request-Id": "context.requestId",
            # A refusal holds nothing of anybody, and without this a page could not even read its status.
            "Access-Control-Allow-Origin": "'*'",
            "Access-Control-Expose-Headers": "'Retry-After, X-Request-Id'",
        }
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            headers["Retry-After"] = "'1'"
        return headers
