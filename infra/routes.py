"""API Gateway's resources and methods, made from the table of routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway

from infra.nag import acknowledge
from patronage.logic.api.callers import KEY_HEADER, TOKEN_HEADER
from patronage.logic.api.route import ADMIN, OPEN, PREFIX, VIEWER, Route
from patronage.logic.api.routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.functions import Function

PREFLIGHT_KEPT = Duration.hours(2)
"""The longest that browsers keep one."""
_WHY_OPEN = (
    "Uptime monitors and developers ask without credentials; the answers hold no data of the shop and are "
    "throttled."
)
_WHY_KEYED = (
    "Storefronts call this with an API key, which meters; what is personal needs a visitor token that the "
    "function checks, or the key of the server plan. No person is signed in at a storefront."
)


def add_routes(
    rest_api: apigateway.RestApi,
    functions: Mapping[str, Function],
    *,
    authorizer: apigateway.IAuthorizer,
    origins: Sequence[str],
) -> None:
    """Add a method for each route and each twin, and answers to the preflights of pages that may call."""
    validator = rest_api.add_request_validator(
        "Validator", validate_request_body=True, validate_request_parameters=True
    )
    integrations = {
        name: apigateway.LambdaIntegration(each.function, scope_permission_to_method=False)
        for name, each in functions.items()
    }
    for route in ROUTES:
        for path in filter(None, (route.path, route.twin)):
            resource = rest_api.root.resource_for_path(PREFIX + path)
            _add_method(resource, route, integrations[route.function], authorizer, validator)
            _answer_preflights(resource, origins)


def _add_method(
    resource: apigateway.Resource,
    route: Route,
    integration: apigateway.Integration,
    authorizer: apigateway.IAuthorizer,
    validator: apigateway.IRequestValidator,
) -> None:
    is_signed_in = route.access in {VIEWER, ADMIN}
    method = resource.add_method(
        route.method,
        integration,
        api_key_required=not is_signed_in and route.access != OPEN,
        authorizer=authorizer if is_signed_in else None,
        authorization_type=(
            apigateway.AuthorizationType.COGNITO if is_signed_in else apigateway.AuthorizationType.NONE
        ),
        request_validator=validator,
    )
    if not is_signed_in:
        reason = _WHY_OPEN if route.access == OPEN else _WHY_KEYED
        acknowledge(method, "APIG4", reason)
        acknowledge(method, "COG4", reason)


def _answer_preflights(resource: apigateway.Resource, origins: Sequence[str]) -> None:
    if resource.node.try_find_child("OPTIONS"):
        return
    resource.add_cors_preflight(
        allow_origins=["*"] if "*" in origins else list(origins),
        allow_headers=["Authorization", "Content-Type", "If-None-Match", KEY_HEADER, TOKEN_HEADER],
        allow_methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"],
        max_age=PREFLIGHT_KEPT,
    )
