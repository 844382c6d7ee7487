"""Least privilege, proved: what the roles of the deployed stack did, held against what they may.

The tests of the local cloud and of chaos run first, in `make test`; IAM was asked about each call that they
list.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import NamedTuple

import pytest

from permissions_support import KEPT, Call, Permission, kept_calls, kept_permissions

SUITES = ("local_cloud", "chaos")
FUNCTIONS = "*FunctionRole"
MAPPED = ("*MonitoringRole", "*SegmentationRole", "*TrainingRole")
MACHINES = ("CatalogUpkeepRole", "EraseErasureRole", *MAPPED)


_PHYSICAL = re.compile(r"-(?:[0-9a-f]{13}|[0-9A-F]{13})(?:-[0-9a-f]{6})?(?![0-9a-zA-Z])")


class Reason(NamedTuple):
    """Why a permission is there that no call of the suites used."""

    role: str
    action: str
    resource: str
    why: str

    def excuses(self, permission: Permission) -> bool:
        return (
            fnmatchcase(permission.role, self.role)
            and fnmatchcase(permission.action, self.action)
            and all(fnmatchcase(resource, self.resource) for resource in permission.resources)
        )


_BY_LAMBDA = "Lambda itself writes a function's log in its role's name; MiniStack's does without"
_BY_STATES = "Step Functions itself asks in the machine's role's name; MiniStack's does without"
_RARE = "only what is larger than 8 MB goes up in parts, and is aborted when that fails"
_MISSING = "S3 answers a read of a missing key with 404 only to whom may list the bucket"
_GROWN = "a table of the lake gained columns since it was shown in the catalogue"
_PUBLISHED_NOT = "the histories of a publication that failed, for what it cost"
_SETTINGS = "a shop that writes settings; the suites' shop keeps the defaults"

REASONS = [
    Reason(FUNCTIONS, "logs:*", "*", _BY_LAMBDA),
    Reason(
        "ApiApiGatewayRole", "logs:*", "*", "API Gateway itself writes its logs; MiniStack's does without"
    ),
    *(Reason(role, action, "*", _BY_STATES) for role in MACHINES for action in ("logs:*", "xray:*")),
    *(
        Reason(role, f"states:{action}", "*:execution:*", _BY_STATES)
        for role in MAPPED
        for action in ("DescribeExecution", "StopExecution", "RedriveExecution")
    ),
    Reason("CollectStreamRole", "s3:*", "*", "Firehose itself writes; MiniStack's does without its role"),
    Reason("*ScheduleRole", "states:StartExecution", "*", "the suites' schedules are off"),
    Reason(
        "IngestIngestFunctionRole", "sqs:*", "*", "Lambda itself reads the queue; MiniStack's does without"
    ),
    Reason(
        "MonitorMonitorFunctionRole",
        "states:ListExecutions",
        "*:mapRun:*",
        "MiniStack asks whether all may be listed, and has a statement for that",
    ),
    Reason(FUNCTIONS, "s3:AbortMultipartUpload", "*", _RARE),
    Reason(FUNCTIONS, "s3:ListBucket", "*", _MISSING),
    Reason(FUNCTIONS, "s3:GetObject", "*/settings/*", _SETTINGS),
    Reason("CatalogCatalogFunctionRole", "glue:UpdateTable", "*", _GROWN),
    Reason("CatalogCatalogFunctionRole", "glue:GetPartitions", "*", _GROWN),
    Reason(
        "CatalogCompactFunctionRole", "s3:DeleteObject", "*", "files are vacuumed long after they were left"
    ),
    Reason(
        "CatalogCompactFunctionRole",
        "s3:PutObject",
        "*/lake/layout.json",
        "a lake of an older layout is migrated",
    ),
    Reason(
        "MonitorMonitorFunctionRole", "s3:GetObject", "*/models/*", "records of models whose lists were shown"
    ),
    Reason("MonitorMonitorFunctionRole", "states:GetExecutionHistory", "*/RetireOwn:*", _PUBLISHED_NOT),
    Reason(
        "MonitorMonitoringRole", "sns:Publish", "*", "a new alert; the suites' data raise none in make test"
    ),
    Reason(
        "PublishFunctionRole", "secretsmanager:GetSecretValue", "*", "a person erased while a run was going"
    ),
    Reason("PublishFunctionRole", "s3:GetObject", "*/erasures/*", "a person erased while a run was going"),
    Reason(
        "EraseEraseFunctionRole", "s3:*", "*/undelivered-events/*", "events that Firehose could not deliver"
    ),
    Reason(
        "ApiFunctionRole",
        "secretsmanager:GetSecretValue",
        "*",
        "a visitor's token shown to a route of people",
    ),
]

REFUSED_ON_PURPOSE = [
    Call("PublishFunctionRole", "s3:PutObject", "*/runs/*/receipts/*", False),
    Call("TrainTrainFunctionRole", "s3:PutObject", "*/recommendations/similar-00000.npz", False),
    Call("SegmentSegmentFunctionRole", "s3:ListBucket", "*rawbucket*", False),
]
"""Where test_sharding takes a permission away, or test_end_to_end names the wrong bucket."""


@pytest.fixture(scope="module")
def calls() -> set[Call]:
    folders = [KEPT / suite for suite in SUITES]
    absent = [folder.name for folder in folders if not (folder / "permissions.json").is_file()]
    assert not absent, f"of tests/{' and tests/'.join(absent)} nothing was kept; run them first"
    return kept_calls(folders)


@pytest.fixture(scope="module")
def made(calls: set[Call]) -> set[tuple[str, str, str]]:
    """Return role, action and kind of resource of the calls that were let through."""
    return {(call.role, call.action, _kind(call.resource)) for call in calls if call.allowed}


@pytest.fixture(scope="module", params=SUITES)
def permissions(request: pytest.FixtureRequest, calls: set[Call]) -> list[Permission]:
    return kept_permissions(KEPT / request.param)


def test_no_call_was_refused_but_those_that_a_test_takes_away(calls):
    refused = [call for call in calls if not call.allowed]
    unexpected = [
        call
        for call in refused
        if not any(
            call.role == each.role
            and call.action == each.action
            and fnmatchcase(call.resource, each.resource)
            for each in REFUSED_ON_PURPOSE
        )
    ]
    assert unexpected == []


def test_every_permission_is_used_or_has_a_reason(made, permissions):
    unused = [
        f"{permission.role} {permission.action} on {', '.join(permission.resources)}"
        for permission in permissions
        if not _is_used(permission, made) and not any(reason.excuses(permission) for reason in REASONS)
    ]
    assert unused == [], "take them away, or write beside them why they are there"


def test_every_call_is_covered_by_a_statement_of_the_role_itself(made, permissions):
    """By an evaluator of our own, which knows no more than actions and resources."""
    roles = {permission.role for permission in permissions}
    loose = [
        told for told in made if told[0] in roles and not any(_allows(each, told) for each in permissions)
    ]
    assert loose == []


def test_no_reason_is_left_over(permissions):
    stale = [reason for reason in REASONS if not any(reason.excuses(each) for each in permissions)]
    assert stale == []


def test_no_action_has_a_wildcard(permissions):
    assert [each for each in permissions if "*" in each.action] == []


def _kind(resource: str) -> str:
    """Return a resource without what was made by chance: two deployments differ there."""
    return _PHYSICAL.sub("", resource)


def _is_used(permission: Permission, made: set[tuple[str, str, str]]) -> bool:
    return any(_allows(permission, told) for told in made)


def _allows(permission: Permission, told: tuple[str, str, str]) -> bool:
    role, action, resource = told
    return (
        role == permission.role
        and action.lower() == permission.action.lower()
        and any(fnmatchcase(resource, _kind(each)) for each in permission.resources)
    )
