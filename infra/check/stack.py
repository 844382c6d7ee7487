"""What stands under the stack's name now."""

from __future__ import annotations

from botocore.exceptions import ClientError

from infra.check.caller import CONFIG
from infra.check.findings import Asked, Finding, missing, note, well
from infra.names import DESCRIPTION

STACK = "stack"
_STANDS_IN_THE_WAY = {
    "ROLLBACK_COMPLETE": "its first deploy failed, and CloudFormation updates no such stack",
    "ROLLBACK_FAILED": "its first deploy failed, and so did taking it back",
    "DELETE_FAILED": "it could not be deleted whole",
    "UPDATE_ROLLBACK_FAILED": "an update failed, and so did taking it back",
}
_NEXT = {
    "ROLLBACK_COMPLETE": "delete it, then deploy: aws cloudformation delete-stack --stack-name {name}",
    "ROLLBACK_FAILED": "delete it, then deploy: aws cloudformation delete-stack --stack-name {name}",
    "DELETE_FAILED": "look at its events for what is left, then: "
    "aws cloudformation delete-stack --stack-name {name}",
    "UPDATE_ROLLBACK_FAILED": "look at its events for what failed, then: "
    "aws cloudformation continue-update-rollback --stack-name {name}",
}


def check_stack(asked: Asked) -> Finding:
    """Say whether the stack that is there, if one is, can be worked on, and is one of ours."""
    name = asked.stack.name
    try:
        client = asked.session.client("cloudformation", config=CONFIG)
        stack = client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as exc:
        if "does not exist" not in exc.response["Error"]["Message"]:
            raise
        return _absent(asked)
    status = stack["StackStatus"]
    if stack.get("Description") != DESCRIPTION:
        return missing(
            STACK,
            f"{name} is there and is no Patronage: {stack.get('Description') or 'it has no description'}",
            f"choose another name: [stack] name in the settings, or {asked.command} STACK=…",
        )
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        return missing(STACK, f"{name} is {status}: someone works on it", "wait until that has ended")
    return _of_state(asked, status)


def _of_state(asked: Asked, status: str) -> Finding:
    name = asked.stack.name
    is_in_the_way = status in _STANDS_IN_THE_WAY and asked.action != "destroy"
    if is_in_the_way or status == "UPDATE_ROLLBACK_FAILED":
        return missing(
            STACK, f"{name} is {status}: {_STANDS_IN_THE_WAY[status]}", _NEXT[status].format(name=name)
        )
    return well(STACK, f"{name} is there ({status})")


def _absent(asked: Asked) -> Finding:
    name, where = asked.stack.name, asked.session.region_name
    if asked.action == "destroy":
        return missing(
            STACK,
            f"there is no stack {name} in {where}",
            "name it with STACK=… or [stack] name, and its Region with AWS_REGION",
        )
    if asked.action == "diff":
        return note(STACK, f"there is no stack {name} in {where}; all of it is new")
    return well(STACK, f"{name} is not there yet and will be made")
