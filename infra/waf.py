"""A web ACL before the API, where the owner turns it on: AWS's own rules, and a rate for each address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_wafv2 as wafv2

if TYPE_CHECKING:
    from aws_cdk import aws_apigateway as apigateway
    from constructs import Construct

REQUESTS_IN_FIVE_MINUTES = 6_000
_RULE_SETS = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet")


def protect(scope: Construct, rest_api: apigateway.RestApi) -> None:
    """Put a web ACL before the API's stage."""
    acl = wafv2.CfnWebACL(
        scope,
        "WebAcl",
        scope="REGIONAL",
        default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
        visibility_config=_seen_as("Api"),
        rules=[*(_managed(order, name) for order, name in enumerate(_RULE_SETS)), _rate(len(_RULE_SETS))],
    )
    wafv2.CfnWebACLAssociation(
        scope,
        "WebAclOfApi",
        resource_arn=rest_api.deployment_stage.stage_arn,
        web_acl_arn=acl.attr_arn,
    )


def _managed(order: int, name: str) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=order,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS", name=name
            )
        ),
        visibility_config=_seen_as(name),
    )


def _rate(order: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="RateOfAddress",
        priority=order,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP", limit=REQUESTS_IN_FIVE_MINUTES
            )
        ),
        visibility_config=_seen_as("RateOfAddress"),
    )


def _seen_as(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
