"""Each function: its platform, its size, and no more rights than its work needs."""

from __future__ import annotations

import ast
import re

import pytest

from infra import export_layers
from infra.names import FUNCTIONS, LAYER_PACKAGES, MANAGED_LAYERS
from infra.packages import build_layer, requirements_of, unpacked_bytes
from patronage.logic.tables import TABLES
from template_support import flat, grants_of, listed, of_type, statements_of
from tests_support import REPOSITORY

MIB = 2**20
LIMIT_MIB = 240
"""Lambda's 250 MiB for a function and its layers, less a margin."""
MANAGED_MIB = {"pandas": 207}
"""What AWS's layer weighs at most: awswrangler with all its needs, as pip installs them."""
PANDAS_LAYER = "arn:AWS::Partition:lambda:AWS::Region:336392948345:layer:AWSSDKPandas-Python313-Arm64:11"
SHIPPED = ("functions", "infra", "layers/patronage")
WITHOUT_A_RESOURCE = ("logs:", "xray:", "cloudwatch:DescribeAlarms")
"""Actions of log delivery, of X-Ray, of the account's API logs and of alarms, which IAM cannot narrow."""


@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_a_function_runs_on_its_platform_with_its_layers(template, spec):
    function = of_type(template, "AWS::Lambda::Function")[f"{spec.logical_id}Function"]
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["MemorySize"] == spec.memory_mb <= 3008
    assert function["Timeout"] == spec.timeout_seconds
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    assert flat(function["LoggingConfig"]["LogGroup"]) in of_type(template, "AWS::Logs::LogGroup")
    layers = [flat(layer) for layer in function["Layers"]]
    layer_of = {name: f"{name.capitalize()}Layer" for name in LAYER_PACKAGES} | {"pandas": PANDAS_LAYER}
    assert layers == ["PatronageLayer", *(layer_of[name] for name in spec.layer_sets)]


def test_another_region_s_layer_can_be_named(second_template):
    function = of_type(second_template, "AWS::Lambda::Function")["CatalogFunction"]
    assert "arn:aws:lambda:ap-east-1:839552336658:layer:AWSSDKPandas-Python313-Arm64:3" in function["Layers"]


def test_every_role_is_one_function_s_or_one_machine_s(template):
    users = [
        flat(properties.get("Role", properties.get("RoleArn")))
        for kind in ("AWS::Lambda::Function", "AWS::StepFunctions::StateMachine")
        for properties in of_type(template, kind).values()
    ]
    assert len(users) == len(set(users)) == len(FUNCTIONS) + 5


def test_no_managed_policies_no_wildcard_actions_and_few_wildcard_resources(template):
    for name, role in of_type(template, "AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role
        for statement in statements_of(template, name):
            actions = listed(statement["Action"])
            assert not [action for action in actions if "*" in action]
            if "*" in listed(statement["Resource"]):
                assert all(action.startswith(WITHOUT_A_RESOURCE) for action in actions)


MACHINES = ("Segmentation", "Training", "Monitoring", "Upkeep")
GLUE = "arn:AWS::Partition:glue:AWS::Region:AWS::AccountId"


@pytest.mark.parametrize(
    ("action", "resource", "functions"),
    [
        ("s3:PutObject", "RawBucket/raw/*", {"Erase"}),
        ("s3:DeleteObject", "RawBucket/raw/*", {"Erase"}),
        ("s3:DeleteObjectVersion", "RawBucket/raw/*", {"Erase"}),
        ("s3:DeleteObjectVersion", "RawBucket/undelivered-events/*", {"Erase"}),
        ("s3:PutObject", "LakeBucket/lake/*", {"Ingest", "Erase"}),
        ("s3:DeleteObject", "LakeBucket/lake/*", {"Ingest", "Erase"}),
        (
            "s3:PutObject",
            "LakeBucket/runs/*",
            {
                "Segment",
                "SegmentLearn",
                "TrainTables",
                "Train",
                "Publish",
                "Erase",
                "Monitor",
                "MonitorLearn",
            },
        ),
        ("s3:DeleteObject", "LakeBucket/runs/*", {"Erase"}),
        ("s3:PutObject", "LakeBucket/models/*", {"Train"}),
        ("s3:DeleteObject", "LakeBucket/models/*", {"Erase"}),
        ("s3:GetObject", "LakeBucket/models/*", {"Train", "Monitor", "Api"}),
        ("lambda:InvokeFunction", "PublishFunction", {"Api"}),
        ("s3:PutObject", "LakeBucket/erasures/*", {"Api", "Erase"}),
        ("s3:PutObject", "LakeBucket/settings/rules.json", {"Api"}),
        ("s3:GetObjectVersion", "RawBucket/raw/*", {"Ingest", "Erase"}),
        ("s3:GetObject", "LakeBucket/lake/*", {"Ingest", "Segment", "TrainTables", "Monitor", "Erase"}),
        ("s3:PutObject", "LakeBucket/monitor/*", {"Monitor"}),
        ("states:StartExecution", "MonitoringStateMachine", {"Ingest"}),
        ("states:StartExecution", "TrainingStateMachine", set()),
        ("firehose:PutRecordBatch", "EventStream", {"Collect"}),
        ("states:StartExecution", "ErasureStateMachine", {"Api"}),
        ("states:ListExecutions", "TrainingStateMachine", {"Api", "Erase"}),
        ("cloudwatch:DescribeAlarms", "*", {"Api"}),
        ("sqs:GetQueueAttributes", "IngestDeadLetters1228E37E", {"Api"}),
        ("s3:PutObject", "LakeBucket/lake/orders/*", {"Compact"}),
        ("s3:DeleteObject", "LakeBucket/lake/orders/*", {"Compact"}),
        ("s3:PutObject", "LakeBucket/lake/layout.json", {"Compact"}),
        ("glue:UpdateTable", f"{GLUE}:table/patronage/orders", {"Catalog"}),
        ("glue:UpdateTable", f"{GLUE}:table/patronage/*", set()),
        ("glue:GetTables", f"{GLUE}:table/patronage/*", {"Catalog"}),
        ("glue:DeleteTable", f"{GLUE}:table/patronage/orders", set()),
        ("dynamodb:BatchWriteItem", "ServingTable", {"Ingest", "Publish", "Api", "Erase"}),
        ("dynamodb:UpdateItem", "ServingTable", {"Ingest", "Publish", "Api", "Erase"}),
        (
            "dynamodb:PutItem",
            "ServingTable",
            {"Collect", "Api", "Segment", "TrainTables", "Monitor"},
        ),
        (
            "dynamodb:GetItem",
            "ServingTable",
            {"Ingest", "Segment", "TrainTables", "Monitor", "Publish", "Api", "Erase"},
        ),
        ("dynamodb:DeleteItem", "ServingTable", set()),
        ("dynamodb:Scan", "ServingTable", set()),
    ],
)
def test_who_may(template, action, resource, functions):
    allowed = {
        spec.logical_id
        for spec in FUNCTIONS
        if (action, resource) in grants_of(template, f"{spec.logical_id}Function")
    }
    assert allowed == functions


@pytest.mark.parametrize(
    ("function", "family", "followed"),
    [
        ("SegmentFunction", "segments", {"SegmentationStateMachine"}),
        ("TrainTablesFunction", "recommendations", {"TrainingStateMachine"}),
        ("MonitorFunction", "monitoring", {f"{name}StateMachine" for name in (*MACHINES, "Erasure")}),
    ],
)
def test_what_pins_a_run_takes_its_own_lock_alone(template, function, family, followed):
    role = flat(of_type(template, "AWS::Lambda::Function")[function]["Role"])
    statements = list(statements_of(template, role))
    (put,) = [each for each in statements if each["Action"] == "dynamodb:PutItem"]
    assert put["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [f"lock#{family}"]}}
    looks = [each for each in statements if "states:DescribeExecution" in listed(each["Action"])]
    seen = {flat(resource) for each in looks for resource in listed(each["Resource"])}
    assert {re.search(r"execution:(\w+):\*$", each)[1] for each in seen} == followed


def test_the_catalogue_is_one_database_and_reads_no_row(template):
    allowed = grants_of(template, "CatalogFunction")
    assert {resource for action, resource in allowed if action.startswith("s3:")} == {"LakeBucket"}
    glued = {resource.removeprefix(GLUE) for action, resource in allowed if action.startswith("glue:")}
    tables = {f":table/patronage/{name}" for name in (*TABLES, "*")}
    assert glued == {":catalog", ":database/patronage", *tables}


def test_compaction_reaches_the_tables_alone(template):
    allowed = {resource for _, resource in grants_of(template, "CompactFunction")}
    tables = {f"LakeBucket/lake/{name}/*" for name in TABLES}
    assert allowed == {"LakeBucket", "LakeBucket/lake/layout.json", *tables}


def test_the_hot_path_reaches_the_serving_table_and_the_visitors_secret_alone(template):
    allowed = grants_of(template, "LookupFunction")
    assert {action for action, _ in allowed} == {"dynamodb:BatchGetItem", "secretsmanager:GetSecretValue"}
    assert len({resource for _, resource in allowed}) == 2


def test_the_api_may_read_all_that_a_lookup_reads_for_it_shows_what_lookups_answer(template):
    assert grants_of(template, "LookupFunction") <= grants_of(template, "ApiFunction")


@pytest.mark.parametrize("name", export_layers.SETS)
def test_a_layer_holds_the_versions_of_the_lock(name):
    expected = export_layers.requirements(name)
    assert requirements_of(name).read_text() == expected, "run: python infra/export_layers.py"


def test_every_function_with_its_layers_fits_into_lambda(capsys):
    sets = {name: unpacked_bytes(build_layer(name)) for name in LAYER_PACKAGES}
    sets |= {name: MANAGED_MIB[name] * MIB for name in MANAGED_LAYERS}
    library = unpacked_bytes(REPOSITORY / "layers" / "patronage")
    sizes = {
        spec.name: (
            unpacked_bytes(REPOSITORY / "functions" / spec.name)
            + library
            + sum(sets[name] for name in spec.layer_sets)
        )
        / MIB
        for spec in FUNCTIONS
    }
    with capsys.disabled():
        print("\nMiB unpacked:", ", ".join(f"{name} {size:.1f}" for name, size in sizes.items()))  # noqa: T201
    assert max(sizes.values()) < LIMIT_MIB


def test_the_layers_hold_wheels_for_arm64_only():
    for name in LAYER_PACKAGES:
        libraries = [path for path in build_layer(name).rglob("*.so*") if path.is_file()]
        for path in libraries:
            header = path.read_bytes()[:20]
            assert header[:4] == b"\x7fELF"
            assert int.from_bytes(header[18:20], "little") == 0xB7, f"{path} is not for arm64"


def test_a_layer_that_is_not_built_cannot_be_taken_for_one_that_is(assembly):
    notes = sorted(assembly.glob("asset.*/UNBUILT.txt"))
    assert len(notes) == len(export_layers.SETS)  # of the second stack, the packages of the Spark job too


def test_shipped_code_parses_for_the_oldest_and_for_lambda_s_python():
    for folder in SHIPPED:
        for path in (REPOSITORY / folder).rglob("*.py"):
            for version in ((3, 11), (3, 13)):
                ast.parse(path.read_text(encoding="utf-8"), filename=str(path), feature_version=version)


def test_assets_carry_no_bytecode(assembly):
    assert not list(assembly.rglob("*.pyc"))
    assert not list(assembly.glob("asset.*/python/patronage/cli"))
