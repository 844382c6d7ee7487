"""Schemathesis against the OpenAPI document: whatever is sent, the answer is one that the document names.

Never a 5xx, never an undocumented status, media type or shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests_support import ALL, REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.local_cloud

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STARTS_A_MACHINE = ["erase", "erase_by_query", "export", "export_by_query"]
CHANGES_WHAT_IS_LIVE = ["roll_back"]
LEFT_BEHIND = {"rules": "settings/rules.json", "experiments": "settings/experiments.json"}


def examples(count: int) -> Any:
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def asked(deployment) -> Iterator[dict[str, Any]]:
    """Give where to ask, and all that opens a door; afterwards take away the rules that were made up."""
    api = deployment.api
    headers = {"x-api-key": api.key, "Authorization": api.admin_token}
    yield {"base_url": f"{api.url}/api/v1", "headers": headers}
    table = deployment.stack.output("ServingTableName")
    for key in LEFT_BEHIND:
        deployment.stack.cloud.client("dynamodb").delete_item(TableName=table, Key={"pk": {"S": key}})
    objects = [{"Key": key} for key in LEFT_BEHIND.values()]
    deployment.stack.cloud.client("s3").delete_objects(
        Bucket=deployment.stack.output("LakeBucketName"), Delete={"Objects": objects}
    )


# The committed document, which another test holds equal to the served one: its operations are tests here.
described = schemathesis.openapi.from_path(REPOSITORY / "docs" / "openapi.json")


@described.exclude(operation_id=[*STARTS_A_MACHINE, *CHANGES_WHAT_IS_LIVE]).parametrize()
@examples(4)
def test_every_answer_is_documented(case, asked):
    case.call_and_validate(**asked, checks=CHECKS)


@described.include(operation_id=STARTS_A_MACHINE).parametrize()
@examples(2 if ALL else 1)  # an erasure waits for those before it
def test_every_answer_of_what_starts_a_machine_is_documented(case, asked):
    case.call_and_validate(**asked, checks=CHECKS)


@pytest.mark.slow
@described.exclude(operation_id=STARTS_A_MACHINE).parametrize()
@examples(200)
def test_every_answer_is_documented_however_long_one_looks(case, asked):
    case.call_and_validate(**asked, checks=CHECKS)


def test_what_one_answer_names_the_next_question_may_ask(asked):
    """Stateful: ids of answers are asked for, as Schemathesis infers from names and shapes."""

    class Asking(described.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return asked

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    Asking.run(
        settings=settings(
            max_examples=3,
            stateful_step_count=6,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
    )
