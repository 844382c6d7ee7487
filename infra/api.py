"""The HTTP API: two functions behind a REST API with a key, a user pool, throttling and access logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.account import ApiGatewayAccount
from infra.functions import Common, Function
from infra.grants import READ_ITEM, on_items
from infra.nag import acknowledge
from infra.names import API, LOOKUP, STAGE
from patronage.logic.problems import MEDIA_TYPE, problem

if TYPE_CHECKING:
    from aws_cdk import aws_cognito as cognito

    from infra.names import FunctionSpec
    from infra.storage import Storage

REQUESTS_PER_SECOND = 100
BURST = 200
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
    "INVALID_API_KEY": (403, "API key needed", "Send a valid key in the x-api-key header."),
    "MISSING_AUTHENTICATION_TOKEN": (404, "No such route", "Look at the path and the method."),
    "THROTTLED": (429, "Too many requests", "Ask again in a second."),
    "QUOTA_EXCEEDED": (429, "Too many requests", "The key's quota is used up."),
    "INTEGRATION_TIMEOUT": (504, "Timed out", "Ask again."),
    "INTEGRATION_FAILURE": (502, "No answer", "Ask again."),
}
"""What API Gateway answers by itself, in the shape of our own errors."""


class Api(Construct):
    """What storefront and analysts call."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        storage: Storage,
        common: Common,
        user_pool: cognito.UserPool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.lookup = self._build_function(LOOKUP, storage, common)
        self.api = self._build_function(API, storage, common)
        self.rest_api = self._build_rest_api()
        self._prepare_logs()
        self._validator = self.rest_api.add_request_validator(
            "Validator", validate_request_body=True, validate_request_parameters=True
        )
        self._authorizer = apigateway.CognitoUserPoolsAuthorizer(
            self, "SignedIn", cognito_user_pools=[user_pool]
        )
        self._add_routes()
        self._describe_refusals()
        self.key = self._build_usage_plan()
        self._watch(common)

    @property
    def url(self) -> str:
        """Where the stage answers, without a slash at the end."""
        stack = Stack.of(self)
        host = f"{self.rest_api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}"
        return f"https://{host}/{STAGE}"

    def _build_function(self, spec: FunctionSpec, storage: Storage, common: Common) -> Function:
        return Function(
            self,
            spec=spec,
            common=common,
            environment={
                "PATRONAGE_SERVING_TABLE": storage.serving.table_name,
                "PATRONAGE_PATH_PARAMETERS": "encoded" if common.on_aws else "decoded",
            },
            grants=[on_items(storage.serving, READ_ITEM)],
        )

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
                throttling_rate_limit=REQUESTS_PER_SECOND,
                throttling_burst_limit=BURST,
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
            "A web ACL bills each month while idle, more than the whole stack; throttling and the usage plan "
            "hold the rate. An owner who needs one attaches it to the stage.",
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
                response_headers=_fixed_headers(refusal[0]),
                templates={"application/json": json.dumps(problem(*refusal))},
            )

    def _add_routes(self) -> None:
        root = self.rest_api.root.add_resource("api").add_resource("v1")
        recommendations = root.add_resource("recommendations")
        self._add_keyed(recommendations.add_resource("{user_id}"), path="user_id")
        self._add_keyed(recommendations, query="user_id")
        product = root.add_resource("products").add_resource("{product_id}")
        self._add_keyed(product.add_resource("similar"), path="product_id")
        self._add_keyed(root.add_resource("similar"), query="product_id")
        self._add_signed_in(root.add_resource("segments"))
        self._add_open(root.add_resource("health"))

    def _add_keyed(self, resource: apigateway.Resource, *, path: str = "", query: str = "") -> None:
        required = f"method.request.path.{path}" if path else f"method.request.querystring.{query}"
        method = resource.add_method(
            "GET",
            apigateway.LambdaIntegration(self.lookup.function, allow_test_invoke=False),
            api_key_required=True,
            authorization_type=apigateway.AuthorizationType.NONE,
            request_parameters={required: True, "method.request.querystring.k": False},
            request_validator=self._validator,
        )
        reason = (
            "The shop's server calls this with an API key of the server plan, which names any user by "
            "contract and is throttled; no person is signed in at a storefront's server."
        )
        acknowledge(method, "APIG4", reason)
        acknowledge(method, "COG4", reason)

    def _add_signed_in(self, resource: apigateway.Resource) -> None:
        resource.add_method(
            "GET",
            apigateway.LambdaIntegration(self.api.function, allow_test_invoke=False),
            authorizer=self._authorizer,
            authorization_type=apigateway.AuthorizationType.COGNITO,
            request_validator=self._validator,
        )

    def _add_open(self, resource: apigateway.Resource) -> None:
        method = resource.add_method(
            "GET",
            apigateway.LambdaIntegration(self.api.function, allow_test_invoke=False),
            authorization_type=apigateway.AuthorizationType.NONE,
            request_validator=self._validator,
        )
        reason = (
            "Uptime monitors ask without credentials; the answer says up and nothing else, and is throttled."
        )
        acknowledge(method, "APIG4", reason)
        acknowledge(method, "COG4", reason)

    def _build_usage_plan(self) -> apigateway.IApiKey:
        plan = self.rest_api.add_usage_plan(
            "ServerPlan",
            name=f"{Stack.of(self).stack_name}-server",
            description="server: for the shop's own server, never for a browser",
            throttle=apigateway.ThrottleSettings(rate_limit=REQUESTS_PER_SECOND, burst_limit=BURST),
        )
        plan.add_api_stage(stage=self.rest_api.deployment_stage)
        key = self.rest_api.add_api_key("ServerKey")
        plan.add_api_key(key)
        return key

    def _watch(self, common: Common) -> None:
        common.alerts.alarm(
            "ServerErrors",
            metric=cloudwatch.Metric(
                namespace="AWS/ApiGateway",
                metric_name="5XXError",
                dimensions_map={"ApiName": Stack.of(self).stack_name, "Stage": STAGE},
                period=Duration.minutes(5),
                statistic="sum",
            ),
            description="The API answered 5xx; the access logs name the route.",
        )


def _fixed_headers(status: int) -> dict[str, str]:
    headers = {"Content-Type": f"'{MEDIA_TYPE}'"}
    return {**headers, "Retry-After": "'1'"} if status == 429 else headers
