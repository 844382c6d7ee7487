"""What would hurt if it changed: data kept, doors shut, costs bounded."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from patronage.logic.api.route import PREFIX
from patronage.logic.api.routes import ROUTES
from template_support import flat, grants_of, listed, of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTPUTS = {
    "ApiUrl",
    "DashboardUrl",
    "DashboardBucketName",
    "DashboardDistributionId",
    "ShopTimezone",
    "ServerKeyId",
    "BrowserKeyId",
    "VisitorSecretArn",
    "EventStreamName",
    "RawBucketName",
    "LakeBucketName",
    "ServingTableName",
    "IngestQueueUrl",
    "IngestDeadLetterQueueUrl",
    "SegmentationStateMachineArn",
    "TrainingStateMachineArn",
    "MonitoringStateMachineArn",
    "UpkeepStateMachineArn",
    "ErasureStateMachineArn",
    "GlueDatabaseName",
    "UserPoolId",
    "UserPoolClientId",
    "AlertTopicArn",
    "AlarmNames",
    "IngestFunctionName",
    "SegmentFunctionName",
    "TrainTablesFunctionName",
    "TrainFunctionName",
    "PublishFunctionName",
    "CompactFunctionName",
    "CatalogFunctionName",
    "LookupFunctionName",
    "ApiFunctionName",
    "CollectFunctionName",
    "EraseFunctionName",
    "MonitorFunctionName",
    "MonitorLearnFunctionName",
}
NAMES_IN_AN_ACCOUNT = {
    "AlarmName",
    "BucketName",
    "FunctionName",
    "LayerName",
    "LogGroupName",
    "Name",
    "QueueName",
    "RoleName",
    "RuleName",
    "StateMachineName",
    "TableName",
    "TopicName",
    "UsagePlanName",
    "UserPoolName",
}
COGNITO = "COGNITO_USER_POOLS"
HOLDING_DATA = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::Cognito::UserPool",
    "AWS::SecretsManager::Secret",
)
NAMED_WITHIN_THEIR_API = {"AWS::ApiGateway::Authorizer", "AWS::ApiGateway::RequestValidator"}
PERSONAL = ("identity", "authorizer", "path ", "$context.path", "querystring", "requestBody", "sourceIp")


def test_a_finding_of_cdk_nag_that_nobody_acknowledged_stops_the_synthesis(assembly):
    assert "ValidationFailed" in (assembly.parent / "refused.txt").read_text()


def test_cfn_lint_finds_nothing(assembly):
    command = [Path(sys.executable).parent / "cfn-lint", assembly / "Patronage.template.json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_outputs_are_those_that_tools_look_up(template):
    assert set(template["Outputs"]) == OUTPUTS


def test_data_outlives_the_stack(template):
    holding = holding_data(template)
    assert {(kind, len(names)) for kind, names in holding.items()} == {
        ("AWS::S3::Bucket", 3),
        ("AWS::DynamoDB::Table", 1),
        ("AWS::Cognito::UserPool", 1),
        ("AWS::SecretsManager::Secret", 2),
    }
    for names in holding.values():
        for name in names:
            resource = template["Resources"][name]
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain"), name
    assert all(is_guarded for _, is_guarded in guarded(template))


def test_data_go_with_the_stack_where_its_owner_says_so(second_template):
    """An update that replaces something keeps the old one all the same."""
    for names in holding_data(second_template).values():
        for name in names:
            resource = second_template["Resources"][name]
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Delete", "Retain"), name
    assert not any(is_guarded for _, is_guarded in guarded(second_template))


def test_what_holds_data_keeps_its_logical_id(template):
    """Another id is another resource: an update would put an empty one in the place of the old."""
    ids = {name for names in holding_data(template).values() for name in names}
    assert ids == {
        "RawBucket",
        "LakeBucket",
        "DashboardBucket",
        "ServingTable",
        "SignInUsers1801E146",
        "SecretsVisitor4E43F202",
        "SecretsErasure3486BD3F",
    }


def holding_data(template: dict[str, Any]) -> dict[str, set[str]]:
    """Return the logical ids of what holds data, by type."""
    return {kind: set(of_type(template, kind)) for kind in HOLDING_DATA}


def guarded(template: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Say of each resource that can refuse to be deleted whether it does."""
    for name, table in of_type(template, "AWS::DynamoDB::Table").items():
        yield name, table["DeletionProtectionEnabled"]
    for name, pool in of_type(template, "AWS::Cognito::UserPool").items():
        yield name, pool["DeletionProtection"] == "ACTIVE"


def test_the_serving_table_has_one_text_key_and_forgets_by_expires_at(template):
    (table,) = of_type(template, "AWS::DynamoDB::Table").values()
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    assert table["AttributeDefinitions"] == [{"AttributeName": "pk", "AttributeType": "S"}]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert "PointInTimeRecoverySpecification" not in table


def test_buckets_are_private_and_encrypted(template):
    for bucket in of_type(template, "AWS::S3::Bucket").values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]


def test_uploads_are_versioned_and_reach_the_queue_without_a_custom_resource(template):
    raw = of_type(template, "AWS::S3::Bucket")["RawBucket"]
    assert raw["VersioningConfiguration"] == {"Status": "Enabled"}
    assert raw["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert not [r for r in template["Resources"].values() if r["Type"].startswith("Custom::")]
    patterns = [rule["EventPattern"] for rule in of_type(template, "AWS::Events::Rule").values()]
    (uploads,) = [pattern for pattern in patterns if pattern["source"] == ["aws.s3"]]
    assert uploads["detail"] == {
        "bucket": {"name": [{"Ref": "RawBucket"}]},
        "object": {"key": [{"prefix": "raw/"}]},
    }


def test_a_message_that_fails_five_times_waits_in_the_dead_letter_queue(template):
    queues = of_type(template, "AWS::SQS::Queue")
    (queue,) = [each for each in queues.values() if "RedrivePolicy" in each]
    assert queue["VisibilityTimeout"] == 5400
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    (mapping,) = of_type(template, "AWS::Lambda::EventSourceMapping").values()
    assert mapping["BatchSize"] == 1
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize(
    ("policies", "target", "guarded"),
    [
        ("AWS::S3::BucketPolicy", "Bucket", "AWS::S3::Bucket"),
        ("AWS::SQS::QueuePolicy", "Queues", "AWS::SQS::Queue"),
        ("AWS::SNS::TopicPolicy", "Topics", "AWS::SNS::Topic"),
    ],
)
def test_plain_http_is_refused(template, policies, target, guarded):
    refusing = {
        flat(resource)
        for policy in of_type(template, policies).values()
        for resource in listed(policy[target])
        if any(
            statement["Effect"] == "Deny"
            and statement["Condition"].get("Bool", {}).get("aws:SecureTransport") == "false"
            for statement in policy["PolicyDocument"]["Statement"]
        )
    }
    assert refusing == set(of_type(template, guarded))


def test_logs_end(template):
    groups = of_type(template, "AWS::Logs::LogGroup").values()
    assert all(group["RetentionInDays"] <= 30 for group in groups)


def test_how_each_run_ended_is_kept(template):
    rules = [
        rule
        for rule in of_type(template, "AWS::Events::Rule").values()
        if [flat(target["Arn"]) for target in rule["Targets"]] == ["MonitorFunction"]
    ]
    kept = {}
    for rule in rules:
        detail = rule["EventPattern"]["detail"]
        assert set(detail["status"]) == {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
        asked = rule["Targets"][0]["InputTransformer"]["InputTemplate"]
        assert '"step":"ended"' in asked
        (machine,) = map(flat, detail["stateMachineArn"])
        kept[re.search('"machine":"([a-z]+)"', asked)[1]] = machine
    assert kept == {
        name: f"{name.capitalize()}StateMachine"
        for name in ("segmentation", "training", "monitoring", "upkeep", "erasure")
    }
    allowed = grants_of(template, "MonitorFunction")
    for machine in kept.values():
        for action in ("states:DescribeExecution", "states:GetExecutionHistory", "states:ListMapRuns"):
            (executions,) = [
                resource
                for granted, resource in allowed
                if granted == action and f":execution:{machine}:*" in resource
            ]
            assert "*:*" not in executions, "the executions of one machine"


def test_two_stacks_share_no_name(template, second_template):
    def names(stack):
        return {
            (logical_id, name): value
            for logical_id, resource in stack["Resources"].items()
            if resource["Type"] not in NAMED_WITHIN_THEIR_API
            for name, value in resource.get("Properties", {}).items()
            if name in NAMES_IN_AN_ACCOUNT and isinstance(value, str)
        }

    first, second = names(template), names(second_template)
    assert first.keys() <= second.keys()
    assert not {key for key in first if first[key] == second[key]}


@pytest.mark.parametrize(("stack", "name"), [("template", "patronage"), ("second_template", "second")])
def test_each_stack_has_its_database_in_the_glue_catalogue(request, stack, name):
    (database,) = of_type(request.getfixturevalue(stack), "AWS::Glue::Database").values()
    assert database["DatabaseInput"]["Name"] == name
    assert database["CatalogId"] == {"Ref": "AWS::AccountId"}


@pytest.mark.parametrize(
    ("stack", "name"), [("Patronage", "patronage"), ("Shop-EU-2", "shop_eu_2"), ("a", "a")]
)
def test_athena_takes_the_database_s_name_unquoted(stack, name):
    from infra.catalog import database_name

    assert database_name(stack) == name


def test_people_are_invited_and_choose_long_passwords(template):
    (pool,) = of_type(template, "AWS::Cognito::UserPool").values()
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12
    (client,) = of_type(template, "AWS::Cognito::UserPoolClient").values()
    assert "ALLOW_ADMIN_USER_PASSWORD_AUTH" in client["ExplicitAuthFlows"]
    assert not client["GenerateSecret"]
    groups = {group["GroupName"] for group in of_type(template, "AWS::Cognito::UserPoolGroup").values()}
    assert groups == {"viewer", "admin"}


def _paths(template):
    resources = of_type(template, "AWS::ApiGateway::Resource")

    def path(logical_id):
        parent = flat(resources[logical_id]["ParentId"])
        above = path(parent) if parent in resources else ""
        return f"{above}/{resources[logical_id]['PathPart']}"

    return {
        (method["HttpMethod"], path(flat(method["ResourceId"]))): method
        for method in of_type(template, "AWS::ApiGateway::Method").values()
    }


OF_ACCESS = {"open": "NONE", "key": "key", "server": "key", "viewer": COGNITO, "admin": COGNITO}


def test_every_route_is_there_behind_its_door_and_no_other(template):
    doors = {
        asked: "key" if method.get("ApiKeyRequired") else method["AuthorizationType"]
        for asked, method in _paths(template).items()
        if asked[0] != "OPTIONS"
    }
    assert doors == {
        (route.method, f"{PREFIX}{path}"): OF_ACCESS[route.access]
        for route in ROUTES
        for path in (route.path, route.twin)
        if path
    }
    assert {path for (_, path), door in doors.items() if door == "NONE"} == {
        f"{PREFIX}/{open_to_all}" for open_to_all in ("health", "docs", "docs/{asset}", "openapi.json")
    }


def test_each_route_is_answered_by_its_function(template):
    for (method, path), found in _paths(template).items():
        if method == "OPTIONS":
            continue
        (function,) = (
            route.function
            for route in ROUTES
            if route.method == method and path in (f"{PREFIX}{route.path}", f"{PREFIX}{route.twin}")
        )
        assert f'"{function.capitalize()}Function"' in json.dumps(found["Integration"]["Uri"])


DASHBOARD = "https://DashboardDistribution"


def _preflights(template):
    """Return by path the origin that a preflight names unasked, and those that its template knows besides."""
    found = {}
    for (method, path), preflight in _paths(template).items():
        if method == "OPTIONS":
            (answer,) = preflight["Integration"]["IntegrationResponses"]
            headers = answer["ResponseParameters"]
            assert "x-visitor-token" in headers["method.response.header.Access-Control-Allow-Headers"]
            others = flat(answer.get("ResponseTemplates", {}).get("application/json", ""))
            first = flat(headers["method.response.header.Access-Control-Allow-Origin"]).strip("'")
            found[path] = [first, *re.findall('[$]origin == "([^"]+)"', others)]
    return found


def test_the_dashboard_s_page_may_call_and_those_of_the_origins_that_the_shop_names(
    template, second_template
):
    for stack, origins in ((template, [DASHBOARD]), (second_template, [DASHBOARD, "https://shop.example"])):
        routes = {path for method, path in _paths(stack) if method != "OPTIONS"}
        assert _preflights(stack) == dict.fromkeys(routes, origins)


@pytest.mark.parametrize("function", ["Lookup", "Api", "Collect"])
def test_what_answers_knows_the_dashboard_s_origin_as_the_preflights_do(template, function):
    environment = of_type(template, "AWS::Lambda::Function")[f"{function}Function"]["Environment"]
    assert flat(environment["Variables"]["PATRONAGE_DASHBOARD_ORIGIN"]) == DASHBOARD
    assert flat(template["Outputs"]["DashboardUrl"]["Value"]) == DASHBOARD


def test_a_refusal_can_be_read_by_the_page_that_it_refuses(template):
    for refusal in of_type(template, "AWS::ApiGateway::GatewayResponse").values():
        headers = refusal["ResponseParameters"]
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"


def test_a_web_acl_is_there_where_it_is_asked_for(template, second_template):
    assert not of_type(template, "AWS::WAFv2::WebACL")
    (acl,) = of_type(second_template, "AWS::WAFv2::WebACL").values()
    assert len(acl["Rules"]) == 3
    (bound,) = of_type(second_template, "AWS::WAFv2::WebACLAssociation").values()
    assert "stages" in json.dumps(bound["ResourceArn"])


def test_secrets_are_drawn_by_cloudformation_and_stay(template):
    secrets = of_type(template, "AWS::SecretsManager::Secret")
    assert len(secrets) == 2
    for name, secret in secrets.items():
        assert secret["GenerateSecretString"]["PasswordLength"] >= 32
        assert template["Resources"][name]["DeletionPolicy"] == "Retain"


def test_events_reach_the_raw_bucket_and_what_fails_is_no_upload(template):
    (stream,) = of_type(template, "AWS::KinesisFirehose::DeliveryStream").values()
    target = stream["ExtendedS3DestinationConfiguration"]
    assert target["Prefix"] == "raw/events/"
    assert not target["ErrorOutputPrefix"].startswith("raw/")
    assert target["CompressionFormat"] == "GZIP"
    assert target["BufferingHints"] == {"IntervalInSeconds": 900, "SizeInMBs": 128}


def test_the_stage_is_throttled_and_its_logs_hold_nothing_personal(template):
    (stage,) = of_type(template, "AWS::ApiGateway::Stage").values()
    (settings,) = stage["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == 200
    assert settings["DataTraceEnabled"] is False
    assert settings["LoggingLevel"] == "ERROR"
    log_format = stage["AccessLogSetting"]["Format"]
    assert "$context.resourcePath" in log_format
    assert not [word for word in PERSONAL if word in log_format]
    plans = list(of_type(template, "AWS::ApiGateway::UsagePlan").values())
    assert [plan["Throttle"] for plan in plans] == [{"BurstLimit": 200, "RateLimit": 100}] * 2


def test_what_the_account_shares_stays_when_a_stack_goes(template):
    (account,) = of_type(template, "AWS::ApiGateway::Account")
    role = flat(template["Resources"][account]["Properties"]["CloudWatchRoleArn"])
    assert {template["Resources"][each]["DeletionPolicy"] for each in (account, role)} == {"Retain"}
