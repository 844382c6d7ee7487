"""What `make deploy` looks at first: each finding, by answers as AWS gives them, and never a trace-back."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, UnauthorizedSSOTokenError
from botocore.stub import Stubber
from moto import mock_aws

from infra.check import account, caller, stack
from infra.check.__main__ import ACTIONS, findings, main
from infra.check.findings import MISSING, NOTE, WELL, Asked, Finding, found, report
from infra.names import DESCRIPTION
from patronage.configuration import StackSettings
from tests_support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "eu-central-1"
ACCOUNT = "123456789012"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away whatever credentials and Region the machine has."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", REGION)


class Answers:
    """A session whose clients give prepared answers, each service its own."""

    def __init__(self) -> None:
        self.session = boto3.Session("test", "test", region_name=REGION)
        self._clients: dict[str, Any] = {}
        self._stubs: dict[str, Stubber] = {}

    def stub(self, service: str) -> Stubber:
        if service not in self._stubs:
            self._clients[service] = self.session.client(service)
            self._stubs[service] = Stubber(self._clients[service])
            self._stubs[service].activate()
        return self._stubs[service]

    def client(self, service: str, **_: object) -> Any:
        return self._clients[service]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.session, name)


@pytest.fixture
def answers() -> Iterator[Answers]:
    made = Answers()
    yield made
    for stub in made._stubs.values():
        stub.assert_no_pending_responses()


def asked(session: Any, action: str = "deploy", **settings: Any) -> Asked:
    return Asked(action=action, stack=StackSettings(**settings), session=session)


def told(finding: Finding) -> str:
    return "\n".join(finding.lines())


def test_without_anything_it_says_what_to_set_and_looks_at_nothing_else(capsys: pytest.CaptureFixture[str]):
    assert main(["deploy", "--settings", os.devnull, "--context", "spark=on"]) == 1
    said = capsys.readouterr().out
    for line in (
        "Before make deploy of stack Patronage",
        "✗ credentials: none found",
        "✗ Region: none is set",
        "export AWS_REGION=eu-central-1",
        "- CDK bootstrap: not looked at, as credentials or Region are missing",
        "- Spark's processors: not looked at",
        "2 of 8 are missing; nothing was changed.",
        "make deploy CHECK=off",
    ):
        assert line in said


def test_a_profile_that_is_not_there_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("AWS_PROFILE", "shop")
    assert main(["diff", "--settings", os.devnull]) == 1
    assert "✗ credentials: they cannot be used: The config profile (shop) could not be found" in (
        capsys.readouterr().out
    )


def test_half_of_a_key_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    assert main(["diff", "--settings", os.devnull]) == 1
    assert "✗ credentials: Partial credentials found in env" in capsys.readouterr().out


def test_wrong_settings_are_told_before_anything_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "patronage.toml"
    path.write_text("[stack]\nspark_vcpus = 1\n")
    assert main(["deploy", "--settings", str(path)]) == 1
    assert f"{path}, line 2, column 1: [stack] spark_vcpus = 1 is less than 12" in capsys.readouterr().err
    assert main(["deploy", "--settings", os.devnull, "--context", "spark=maybe"]) == 1
    assert "context spark='maybe' is unknown; write spark=on or spark=off" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "cause", "next_step"),
    [
        ("ExpiredToken", "have expired", "aws sso login"),
        ("InvalidClientTokenId", "are not known to AWS", "compare AWS_ACCESS_KEY_ID"),
        ("SignatureDoesNotMatch", "do not fit each other", "copy both keys again"),
    ],
)
def test_credentials_that_aws_refuses_are_told_with_the_cause(answers, code, cause, next_step):
    answers.stub("sts").add_client_error("get_caller_identity", code, "no")
    finding = found("credentials", caller.check_credentials, asked(answers))
    assert finding.mark == MISSING
    assert cause in finding.said
    assert next_step in finding.next_step


def test_an_account_that_is_not_the_settings_one_is_refused(answers):
    caller_identity = {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/ann", "UserId": "A"}
    for _ in range(3):
        answers.stub("sts").add_response("get_caller_identity", caller_identity)
    other = caller.check_credentials(asked(answers, account="999999999999"))
    assert (other.mark, other.next_step) == (
        MISSING,
        "take credentials of 999999999999 (AWS_PROFILE), or mend [stack] account",
    )
    assert f"of account {ACCOUNT}, and the settings name account 999999999999" in other.said
    for settings in ({}, {"account": ACCOUNT}):
        well = caller.check_credentials(asked(answers, **settings))
        assert (well.mark, well.said) == (WELL, f"arn:aws:iam::{ACCOUNT}:user/ann, account {ACCOUNT}")


@pytest.mark.parametrize(
    ("region", "settings", "mark", "said"),
    [
        ("eu-central-1", {}, WELL, "eu-central-1, which has every service"),
        ("eu-central-1", {"region": "eu-central-1"}, WELL, "every service"),
        (
            "eu-central-1",
            {"region": "eu-west-2"},
            MISSING,
            "export AWS_REGION=eu-west-2, or mend [stack] region",
        ),
        ("eu-cental-1", {}, MISSING, "did you mean eu-central-1?"),
        (None, {}, MISSING, "none is set"),
    ],
)
def test_the_region_must_be_one_and_the_right_one(region, settings, mark, said):
    finding = caller.check_region(asked(boto3.Session("test", "test", region_name=region), **settings))
    assert finding.mark == mark
    assert said in told(finding)


def test_two_regions_at_once_are_refused(signed_in, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    finding = caller.check_region(asked(caller.new_session()))
    assert (finding.mark, finding.said) == (
        MISSING,
        "AWS_REGION is eu-central-1 and AWS_DEFAULT_REGION is eu-west-2",
    )


def test_a_region_without_a_service_is_refused(answers, monkeypatch: pytest.MonkeyPatch):
    regions_of = boto3.Session.get_available_regions

    def without_spark(self: boto3.Session, service: str, partition: str = "aws") -> list[str]:
        return [] if service == "emr-serverless" else regions_of(self, service, partition)

    monkeypatch.setattr(boto3.Session, "get_available_regions", without_spark)
    assert caller.check_region(asked(answers)).mark == WELL
    finding = caller.check_region(asked(answers, spark=True))
    assert (finding.mark, finding.said) == (MISSING, "eu-central-1 has no emr-serverless")


@pytest.mark.parametrize(
    ("version", "mark", "said"),
    [
        ("6", WELL, "version 6"),
        ("30", WELL, "version 30"),
        ("5", MISSING, "bring it up to date: make bootstrap"),
    ],
)
def test_the_version_of_the_bootstrap_is_read(answers, version, mark, said):
    parameter = {"Parameter": {"Name": account.BOOTSTRAP_PARAMETER, "Value": version}}
    answers.stub("ssm").add_response("get_parameter", parameter, {"Name": account.BOOTSTRAP_PARAMETER})
    finding = account.check_bootstrap(asked(answers))
    assert finding.mark == mark
    assert said in told(finding)


def test_a_region_without_bootstrap_is_told_how_to_get_one(answers):
    answers.stub("ssm").add_client_error("get_parameter", "ParameterNotFound")
    finding = account.check_bootstrap(asked(answers))
    assert (finding.mark, finding.next_step) == (MISSING, "run once: make bootstrap")


def test_what_may_not_be_read_is_a_note_and_what_fails_is_a_sentence(answers):
    ssm = answers.stub("ssm")
    ssm.add_client_error("get_parameter", "AccessDeniedException", "not you")
    ssm.add_client_error("get_parameter", "InternalServerError", "sorry")
    refused = found("CDK bootstrap", account.check_bootstrap, asked(answers))
    assert told(refused) == "  - CDK bootstrap: not looked at: these credentials may not ask for GetParameter"
    failed = found("CDK bootstrap", account.check_bootstrap, asked(answers))
    assert (failed.mark, failed.said) == (MISSING, "GetParameter answered InternalServerError: sorry")


@pytest.mark.parametrize(
    ("error", "said", "next_step"),
    [
        (
            EndpointConnectionError(endpoint_url="https://x"),
            "AWS was not reached: Could not connect",
            "HTTPS_PROXY",
        ),
        (
            ConnectTimeoutError(endpoint_url="https://x"),
            "AWS was not reached: Connect timeout",
            "HTTPS_PROXY",
        ),
        (
            UnauthorizedSSOTokenError(),
            "The SSO session associated with this profile has expired",
            "mend that",
        ),
    ],
)
def test_an_aws_that_is_not_reached_is_a_sentence(error, said, next_step):
    def check(_: Asked) -> Finding:
        raise error

    finding = found("stack", check, asked(None))
    assert finding.mark == MISSING
    assert finding.said.startswith(said)
    assert next_step in finding.next_step


@pytest.mark.parametrize(("free", "mark"), [(10, MISSING), (14, MISSING), (15, WELL), (1000, WELL)])
def test_an_account_must_run_enough_functions_at_once(answers, free, mark):
    limits = {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": free}}
    answers.stub("lambda").add_response("get_account_settings", limits)
    finding = account.check_concurrency(asked(answers))
    assert finding.mark == mark
    assert f"{free}" in finding.said or f"{free:,}" in finding.said


def test_no_function_takes_more_memory_than_a_new_account_may_give(monkeypatch: pytest.MonkeyPatch):
    assert account.check_memory(asked(None)).mark == WELL
    monkeypatch.setattr(account, "MEMORY_FOR_ALL_MB", 1024)
    assert account.check_memory(asked(None)).mark == NOTE


@pytest.mark.parametrize(
    ("code", "mark"), [("ResourceNotFoundException", MISSING), ("AccessDeniedException", NOTE)]
)
def test_the_layer_of_aws_must_be_there(answers, code, mark):
    usual = "arn:aws:lambda:eu-central-1:336392948345:layer:AWSSDKPandas-Python313-Arm64:11"
    own = "arn:aws:lambda:eu-central-1:123456789012:layer:Pandas:3"
    stub = answers.stub("lambda")
    stub.add_client_error("get_layer_version_by_arn", code, expected_params={"Arn": usual})
    stub.add_response("get_layer_version_by_arn", {}, {"Arn": own})
    finding = account.check_layer(asked(answers))
    assert finding.mark == mark
    assert usual in finding.said
    assert "[stack] pandas_layer" in finding.next_step
    assert account.check_layer(asked(answers, pandas_layer=own)).mark == WELL


@pytest.mark.parametrize(
    ("quotas", "mark", "said"),
    [
        ([("Max concurrent vCPUs per account", 16.0)], WELL, "16, and a job takes 16 at most"),
        ([("Max concurrent vCPUs per account", 12.0)], MISSING, "or set spark_vcpus = 12"),
        ([("Applications", 50.0)], NOTE, "Service Quotas tells none"),
    ],
)
def test_spark_must_have_its_processors(answers, quotas, mark, said):
    page = {"Quotas": [{"QuotaName": name, "Value": value} for name, value in quotas]}
    expected = {"ServiceCode": "emr-serverless"}
    answers.stub("service-quotas").add_response("list_service_quotas", page, expected)
    finding = account.check_spark(asked(answers, spark=True))
    assert finding.mark == mark
    assert said in told(finding)


def describe(answers: Answers, status: str, description: str = DESCRIPTION) -> None:
    described = {
        "StackName": "Patronage",
        "StackStatus": status,
        "CreationTime": "2026-01-01T00:00:00Z",
        "Description": description,
    }
    answers.stub("cloudformation").add_response("describe_stacks", {"Stacks": [described]})


@pytest.mark.parametrize(
    ("status", "action", "mark", "said"),
    [
        ("CREATE_COMPLETE", "deploy", WELL, "Patronage is there (CREATE_COMPLETE)"),
        ("UPDATE_ROLLBACK_COMPLETE", "deploy", WELL, "is there"),
        ("REVIEW_IN_PROGRESS", "deploy", WELL, "is there"),
        ("ROLLBACK_COMPLETE", "deploy", MISSING, "aws cloudformation delete-stack --stack-name Patronage"),
        ("ROLLBACK_COMPLETE", "destroy", WELL, "is there"),
        ("ROLLBACK_FAILED", "deploy", MISSING, "delete-stack"),
        ("DELETE_FAILED", "deploy", MISSING, "look at its events for what is left"),
        ("UPDATE_ROLLBACK_FAILED", "destroy", MISSING, "continue-update-rollback --stack-name Patronage"),
        ("UPDATE_IN_PROGRESS", "deploy", MISSING, "someone works on it\n      wait until that has ended"),
        ("DELETE_IN_PROGRESS", "destroy", MISSING, "someone works on it"),
    ],
)
def test_a_stack_that_cannot_be_worked_on_is_told_with_the_way_out(answers, status, action, mark, said):
    describe(answers, status)
    finding = stack.check_stack(asked(answers, action))
    assert finding.mark == mark
    assert said in told(finding)


@pytest.mark.parametrize("action", ["deploy", "diff", "destroy"])
def test_a_stack_of_somebody_else_is_left_alone(answers, action):
    describe(answers, "CREATE_COMPLETE", "The shop's website")
    finding = stack.check_stack(asked(answers, action))
    assert finding.mark == MISSING
    assert "Patronage is there and is no Patronage: The shop's website" in finding.said
    assert f"make {action} STACK=…" in finding.next_step


@pytest.mark.parametrize(
    ("action", "mark", "said"),
    [
        ("deploy", WELL, "is not there yet and will be made"),
        ("diff", NOTE, "all of it is new"),
        ("destroy", MISSING, "name it with STACK=… or [stack] name"),
    ],
)
def test_a_stack_that_is_not_there_matters_to_destroy_alone(signed_in, action, mark, said):
    with mock_aws():
        finding = stack.check_stack(asked(caller.new_session(), action))
    assert finding.mark == mark
    assert said in told(finding)


def test_an_account_that_has_all_passes(signed_in, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(account, "check_concurrency", lambda _: Finding(WELL, "Lambda at once", "1,000"))
    monkeypatch.setattr(account, "check_layer", lambda _: Finding(WELL, "AWS's pandas layer", "there"))
    with mock_aws():
        boto3.client("ssm", REGION).put_parameter(Name=account.BOOTSTRAP_PARAMETER, Value="30", Type="String")
        seen = list(findings("deploy", StackSettings(account=ACCOUNT, region=REGION)))
    text, is_well = report("deploy", "Patronage", seen)
    assert is_well, text
    assert [finding.mark for finding in seen] == [WELL] * 7


def test_each_action_looks_at_what_it_needs():
    looked_at = {
        action: [finding.what for finding in findings(action, StackSettings(spark=True))]
        for action in ("bootstrap", "destroy", "diff", "deploy")
    }
    of_all = ["credentials", "Region", "CDK bootstrap", "stack"]
    assert looked_at == {
        "bootstrap": ["credentials", "Region"],
        "destroy": of_all,
        "diff": of_all,
        "deploy": [
            *of_all,
            *("Lambda at once", "Lambda memory", "AWS's pandas layer", "Spark's processors"),
        ],
    }


def test_make_looks_before_it_lets_the_cdk_begin():
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for action in ACTIONS:
        assert re.search(rf"^{action}: check-{action} synth\b", text, re.MULTILINE), action


def test_a_machine_without_credentials_is_told_within_seconds(tmp_path: Path):
    """Also where it asks for credentials of the machine itself, which answers nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "infra.check", "deploy", "--settings", os.devnull],
        cwd=REPOSITORY,
        env=kept | {"HOME": str(tmp_path), "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://192.0.2.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗ credentials: none found" in done.stdout


def test_what_is_looked_at_is_what_the_template_asks_for(assembly: Path, template: dict[str, Any]):
    properties = json.loads((assembly / "manifest.json").read_text())["artifacts"]["Patronage"]["properties"]
    assert properties["requiresBootstrapStackVersion"] == account.BOOTSTRAP_VERSION
    assert properties["bootstrapStackVersionSsmParameter"] == account.BOOTSTRAP_PARAMETER
    assert template["Description"] == DESCRIPTION
    named = {
        "kinesisfirehose": "firehose",
        "cognito": "cognito-idp",
        "stepfunctions": "stepfunctions",
    }
    of_no_region = {"cloudfront", "iam", "cdk"}
    used = {each["Type"].split("::")[1].lower() for each in template["Resources"].values()} - of_no_region
    asked_by_the_app = {"cloudformation", "sts", "ssm"}
    assert {named.get(service, service) for service in used} | asked_by_the_app == set(caller.SERVICES)
