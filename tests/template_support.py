"""Questions to a CloudFormation template."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Template = dict[str, Any]


def of_type(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of each resource of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def flat(value: Any) -> str:
    """Write a value with its references as text: ``LakeBucket/runs/*``."""
    if isinstance(value, dict) and len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref":
            return argument
        if function == "Fn::GetAtt":
            return argument[0]
        if function == "Fn::Join":
            return argument[0].join(flat(part) for part in argument[1])
    return value if isinstance(value, str) else json.dumps(value)


def listed(value: Any) -> list[Any]:
    """Return a value that may stand alone as a list."""
    return value if isinstance(value, list) else [value]


def statements_of(template: Template, role: str) -> Iterator[dict[str, Any]]:
    """Yield what a role may do: its own statements, and those of policies attached to it."""
    for policy in of_type(template, "AWS::IAM::Role")[role].get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]
    for policy in of_type(template, "AWS::IAM::Policy").values():
        if {"Ref": role} in policy["Roles"]:
            yield from policy["PolicyDocument"]["Statement"]


def grants_of(template: Template, function: str) -> set[tuple[str, str]]:
    """Return each (action, resource) that a function's role allows, its own logs apart."""
    role = flat(of_type(template, "AWS::Lambda::Function")[function]["Role"])
    return {
        (action, flat(resource))
        for statement in statements_of(template, role)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if not action.startswith("logs:")
    }
