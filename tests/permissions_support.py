"""What roles may do and what they did: kept when a local cloud ends, replayed by `tests/permissions`."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from patronage.cloud import Stack

KEPT = Path(__file__).parents[1] / "build" / "calls"
BUS = "arn:aws:events:us-east-1:000000000000:event-bus/default"
_LIST_KEY = re.compile(r'"(?:shards|lists|superseded_shards)_key": ?"([^"]+)"')
_INTEGRATED = {
    ("lambda", "invoke"): ("lambda:InvokeFunction", "FunctionName"),
    ("states", "startExecution"): ("states:StartExecution", "StateMachineArn"),
    ("sns", "publish"): ("sns:Publish", "TopicArn"),
    ("events", "putEvents"): ("events:PutEvents", ""),
}
"""What a state machine's role calls for a task, and the parameter that names the resource."""


class Call(NamedTuple):
    """One kind of call: who, what, on what, and whether IAM let it through."""

    role: str
    action: str
    resource: str
    allowed: bool


class Permission(NamedTuple):
    """One action of one statement of a role's policies."""

    role: str
    action: str
    resources: tuple[str, ...]

    def covers(self, call: Call) -> bool:
        """Say whether it is what lets a call through."""
        return (
            call.role == self.role
            and fnmatchcase(call.action.lower(), self.action.lower())
            and any(fnmatchcase(call.resource, resource) for resource in self.resources)
        )


def fresh_folder(name: str) -> Path:
    """Return an empty folder for what a deployment's roles do."""
    folder = KEPT / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    return folder


def keep(stack: Stack, folder: Path) -> None:
    """Keep the policies of a stack's roles as they were deployed, and what its state machines called."""
    policies = [permission._asdict() for permission in _permissions(stack)]
    (folder / "permissions.json").write_text(json.dumps(policies, indent=1), encoding="utf-8")
    calls = sorted(set(_calls_of_machines(stack)))
    lines = "".join(json.dumps(call._asdict()) + "\n" for call in calls)
    (folder / "machines.jsonl").write_text(lines, encoding="utf-8")


def kept_calls(folders: Iterable[Path]) -> set[Call]:
    """Return the calls of some deployments, with roles by their names in the template."""
    return {
        Call(**{**json.loads(line), "role": logical(json.loads(line)["role"])})
        for folder in folders
        for file in folder.glob("*.jsonl")
        for line in file.read_text(encoding="utf-8").splitlines()
    }


def kept_permissions(folder: Path) -> list[Permission]:
    """Return what the roles of a deployment may do."""
    found = json.loads((folder / "permissions.json").read_text(encoding="utf-8"))
    return [Permission(logical(each["role"]), each["action"], tuple(each["resources"])) for each in found]


def logical(role: str) -> str:
    """Return a role's name in the template: ``Patronage-PublishRole1A2B3C4D-0F…`` is ``PublishRole``."""
    name = role.split("-")[1] if role.count("-") >= 2 else role
    return re.sub(r"[0-9A-F]{8}$", "", name)


def _permissions(stack: Stack) -> Iterator[Permission]:
    iam = stack.cloud.client("iam")
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        if not name.startswith(f"{stack.name}-"):
            continue
        assert not iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"], name
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for statement in _listed(document["Statement"]):
                assert statement["Effect"] == "Allow", (name, statement)
                for action in _listed(statement["Action"]):
                    yield Permission(name, action, tuple(_listed(statement["Resource"])))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _calls_of_machines(stack: Stack) -> Iterator[Call]:
    """Yield what the machines' roles called: a task that was entered, as its definition has it."""
    client = stack.cloud.client("stepfunctions")
    for machine in client.list_state_machines()["stateMachines"]:
        arn = machine["stateMachineArn"]
        described = client.describe_state_machine(stateMachineArn=arn)
        role, states = (
            described["roleArn"].rpartition("/")[2],
            dict(_states(json.loads(described["definition"]))),
        )
        for page in client.get_paginator("list_executions").paginate(stateMachineArn=arn):
            for execution in page["executions"]:
                for name, given in _entered(client, execution["executionArn"], states):
                    yield from _called(states[name], given, role, arn, stack)


def _states(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in definition.get("States", {}).items():
        yield name, state
        for inner in (*state.get("Branches", []), state.get("ItemProcessor", {})):
            yield from _states(inner)


def _entered(client: Any, execution: str, states: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the states that an execution entered, with their input, and those of children that succeeded."""
    for page in client.get_paginator("get_execution_history").paginate(executionArn=execution):
        for event in page["events"]:
            if entered := event.get("stateEnteredEventDetails"):
                yield entered["name"], entered.get("input", "")
    for run in client.list_map_runs(executionArn=execution)["mapRuns"]:
        label = run["mapRunArn"].rpartition("/")[2].partition(":")[0]
        children = client.list_executions(mapRunArn=run["mapRunArn"])["executions"]
        if any(child["status"] == "SUCCEEDED" for child in children):
            (processor,) = (
                state["ItemProcessor"] for state in states.values() if state.get("Label") == label
            )
            yield from ((name, "") for name, _ in _states(processor))


def _called(state: dict[str, Any], given: str, role: str, machine: str, stack: Stack) -> Iterator[Call]:
    if state["Type"] == "Task":
        *_, service, operation = state["Resource"].split(":")
        action, named = _INTEGRATED[service, operation]
        yield Call(role, action, state["Parameters"][named] if named else BUS, True)
    elif "ItemReader" in state:
        yield Call(role, "states:StartExecution", machine, True)
        for key in _LIST_KEY.findall(given):
            yield Call(role, "s3:GetObject", f"arn:aws:s3:::{stack.output('LakeBucketName')}/{key}", True)
