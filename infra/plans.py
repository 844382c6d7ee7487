"""The two usage plans: one for the shop's server, one for browsers, each with a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

LOCAL_SERVER_KEY = "patronage-local-server-plan-key"
"""The local cloud tells a function no key's id, so there the server plan's key is known by its value, which
is this on every machine and nowhere else."""


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How much one plan, and the whole stage, may ask."""

    per_second: int = 100
    burst: int = 200


class Keys:
    """The keys, made before the functions, which are told how to know the server plan's."""

    def __init__(self, scope: Construct, *, on_aws: bool) -> None:
        self._on_aws = on_aws
        self.server = apigateway.ApiKey(
            scope,
            "ServerKey",
            description="For the shop's own server: it may name any customer. Never for a browser.",
            value=None if on_aws else LOCAL_SERVER_KEY,
        )
        self.browser = apigateway.ApiKey(
            scope, "BrowserKey", description="For the shop's pages: public, it only meters."
        )

    @property
    def environment(self) -> Mapping[str, str]:
        """What tells a function which key is the server plan's."""
        if self._on_aws:
            return {"PATRONAGE_SERVER_KEY_ID": self.server.key_id}
        return {"PATRONAGE_LOCAL_SERVER_KEY": LOCAL_SERVER_KEY}

    def plan(self, rest_api: apigateway.RestApi, rates: Rates) -> None:
        """Put each key into a plan of its own."""
        told = {
            "server": ("for the shop's own server, never for a browser", self.server),
            "browser": ("for the shop's pages", self.browser),
        }
        for name, (description, key) in told.items():
            plan = rest_api.add_usage_plan(
                f"{name.capitalize()}Plan",
                name=f"{Stack.of(rest_api).stack_name}-{name}",
                description=f"{name}: {description}",
                throttle=apigateway.ThrottleSettings(rate_limit=rates.per_second, burst_limit=rates.burst),
            )
            plan.add_api_stage(stage=rest_api.deployment_stage)
            plan.add_api_key(key)
