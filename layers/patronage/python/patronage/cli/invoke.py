"""`patronage invoke`: call one function with an event from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from patronage.cli.lines import print_json
from patronage.cloud import Cloud, Stack, explained, function_names, open_stack
from patronage.errors import BadInput, NotFound, RunFailed

_SAMPLE_BUCKETS = {"patronage-rawbucket-sample": "RawBucketName"}
"""The bucket that the files in `events/` name, and the output with the stack's own."""


def invoke(
    function: Annotated[
        str, typer.Argument(help="A folder of functions/, such as lookup.", show_default=False)
    ],
    event: Annotated[Path, typer.Option("--event", help="JSON file; events/ holds one of each source.")],
    stack: Annotated[str, typer.Option("--stack", help="Name of the deployed stack.")] = "Patronage",
    endpoint: Annotated[
        str, typer.Option("--endpoint", help="URL of the local cloud; an empty one means AWS.")
    ] = "http://127.0.0.1:4566",
) -> None:
    """Call a deployed function with an event and print its answer.

    The local cloud must be running: start it with `patronage demo` in another terminal.

    Example: `patronage invoke lookup --event events/ministack-rest-recommendations-by-query.json`
    """
    text = _event_text(event)
    with explained():
        deployed = open_stack(Cloud(endpoint or None), stack)
        for sample, output in _SAMPLE_BUCKETS.items():
            text = text.replace(sample, deployed.output(output))
        answer = _called(deployed, _function_name(deployed, function), text)
    print_json(answer)


def _event_text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        json.loads(text)
    except OSError as exc:
        raise NotFound(f"{path} cannot be read ({exc.strerror}); events/README.md lists the samples") from exc
    except ValueError as exc:
        raise BadInput(f"{path} is no JSON ({exc}); events/README.md lists the samples") from exc
    return text


def _function_name(stack: Stack, function: str) -> str:
    by_folder = function_names(stack)
    if function not in by_folder:
        raise NotFound(f"function {function!r} is none of {', '.join(sorted(by_folder))}")
    return by_folder[function]


def _called(stack: Stack, name: str, event: str) -> Any:
    answer = stack.cloud.client("lambda").invoke(FunctionName=name, Payload=event.encode())
    payload = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise RunFailed(f"{name} failed: {payload.get('errorType', 'error')}: {payload.get('errorMessage')}")
    return payload
