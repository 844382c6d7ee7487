"""Deploy a cloud assembly: assets into the bucket that the template names, then CloudFormation."""

from __future__ import annotations

import json
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

from patronage.cloud._session import ACCOUNT, REGION, Cloud, Stack, open_stack
from patronage.cloud._zips import zip_asset
from patronage.errors import NotFound, RunFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_WAIT_SECONDS = 300
_BOOTSTRAP_VERSION = "30"
_LOCAL_PORT = "LocalPort"


def deploy(cloud: Cloud, assembly: Path, *, stack: str = "Patronage") -> Stack:
    """Deploy a stack of a cloud assembly into the local cloud, or update it.

    Raises
    ------
    NotFound
        The assembly holds no such stack.
    RunFailed
        A resource failed; its name and CloudFormation's reason are in the message.
    """
    if not (assembly / f"{stack}.template.json").is_file():
        raise NotFound(f"{assembly} holds no stack {stack}; infra/app.py names it")
    url = _publish_assets(cloud, assembly, stack)
    template = json.loads((assembly / f"{stack}.template.json").read_text(encoding="utf-8"))
    _bootstrap(cloud, template)
    _apply(cloud, stack, url, _parameters(cloud, template))
    return open_stack(cloud, stack)


def _publish_assets(cloud: Cloud, assembly: Path, stack: str) -> str:
    """Upload what the assembly lists, and the template, which outgrows a request; return its URL."""
    listed = json.loads((assembly / f"{stack}.assets.json").read_text(encoding="utf-8"))["files"]
    s3, made = cloud.client("s3"), set()
    url = ""
    for asset in listed.values():
        source = assembly / asset["source"]["path"]
        content = zip_asset(source) if asset["source"]["packaging"] == "zip" else source.read_bytes()
        for destination in asset["destinations"].values():
            bucket, key = _resolved(destination["bucketName"]), _resolved(destination["objectKey"])
            if bucket not in made:
                s3.create_bucket(Bucket=bucket)
                made.add(bucket)
            s3.put_object(Bucket=bucket, Key=key, Body=content)
            if source.name == f"{stack}.template.json":
                url = f"{cloud.endpoint}/{bucket}/{key}"
    return url


def _resolved(text: str) -> str:
    return (
        text.replace("${AWS::AccountId}", ACCOUNT)
        .replace("${AWS::Region}", REGION)
        .replace("${AWS::Partition}", "aws")
    )


def _bootstrap(cloud: Cloud, template: Mapping[str, Any]) -> None:
    """Write the version that `cdk bootstrap` leaves in an account; the template asks for it."""
    parameter = template.get("Parameters", {}).get("BootstrapVersion")
    if parameter is not None:
        cloud.client("ssm").put_parameter(
            Name=parameter["Default"], Value=_BOOTSTRAP_VERSION, Type="String", Overwrite=True
        )


def _parameters(cloud: Cloud, template: Mapping[str, Any]) -> list[dict[str, str]]:
    """Tell the stack the port of the local cloud, of which the dashboard's address is made."""
    if _LOCAL_PORT not in template.get("Parameters", {}):
        return []
    port = urllib.parse.urlsplit(cloud.endpoint or "").port
    return [{"ParameterKey": _LOCAL_PORT, "ParameterValue": str(port)}]


def _apply(cloud: Cloud, stack: str, url: str, parameters: list[dict[str, str]]) -> None:
    client = cloud.client("cloudformation")
    asked = {
        "StackName": stack,
        "TemplateURL": url,
        "Parameters": parameters,
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    try:
        open_stack(cloud, stack)
    except NotFound:
        client.create_stack(**asked)
    else:
        _update(client, asked)
    _wait(client, stack)


def _update(client: Any, asked: Mapping[str, Any]) -> None:
    try:
        client.update_stack(**asked)
    except client.exceptions.ClientError as exc:
        if "No updates are to be performed" not in exc.response["Error"]["Message"]:
            raise


def _wait(client: Any, stack: str) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        status = client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            return
        if not status.endswith("_IN_PROGRESS"):
            raise RunFailed(f"stack {stack} ended as {status}: {_first_failure(client, stack)}")
        time.sleep(0.2)
    raise RunFailed(f"stack {stack} was not deployed within {_WAIT_SECONDS} s; look at its events")


def _first_failure(client: Any, stack: str) -> str:
    pages = client.get_paginator("describe_stack_events").paginate(StackName=stack)
    failed = [
        event
        for page in pages
        for event in page["StackEvents"]
        if event["ResourceStatus"].endswith("_FAILED")
        and event["ResourceType"] != "AWS::CloudFormation::Stack"
    ]
    if not failed:
        return "no resource says why"
    first = failed[-1]  # newest first
    reason = first.get("ResourceStatusReason", "it gives no reason")
    return f"{first['LogicalResourceId']} ({first['ResourceType']}): {reason}"
