"""The sample events hold what the machines and routes really send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from tests_support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = REPOSITORY / "events"
REST = ("recommendations-by-path", "recommendations-by-query", "similar-by-path", "similar-by-query")


def event(name: str) -> dict[str, Any]:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def payloads(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the function and payload of each task of a machine's definition."""
    if isinstance(node, dict):
        parameters = node.get("Parameters", {})
        if "Payload" in parameters:
            yield parameters["FunctionName"], parameters["Payload"]
        for value in node.values():
            yield from payloads(value)
    elif isinstance(node, list):
        for value in node:
            yield from payloads(value)


def tasks() -> dict[tuple[str, str], set[str]]:
    from infra import catalog, erase, monitor, segment, train
    from infra.names import FUNCTIONS

    folders = {f"${{{spec.logical_id}}}": spec.name for spec in FUNCTIONS}
    found = {}
    for machine in (segment, train, monitor, catalog, erase):
        for function, payload in payloads(machine.definition()):
            fields = {name.removesuffix(".$") for name in payload}
            found[folders[function], payload["step"]] = fields
    return found


def test_every_step_of_the_machines_has_its_event_with_the_same_fields() -> None:
    expected = {f"states-{function}-{step}": fields for (function, step), fields in tasks().items()}
    assert {path.stem: set(event(path.stem)) for path in EVENTS.glob("states-*.json")} == expected


def test_the_queue_message_holds_the_event_of_the_bucket() -> None:
    for cloud in ("aws", "ministack"):
        (record,) = event(f"{cloud}-sqs-s3-object-created")["Records"]
        assert json.loads(record["body"]) == event(f"{cloud}-eventbridge-s3-object-created")


@pytest.mark.parametrize("route", REST)
def test_a_path_parameter_is_encoded_on_aws_and_decoded_in_ministack(route: str) -> None:
    on_aws, local = event(f"aws-rest-{route}"), event(f"ministack-rest-{route}")
    assert on_aws["queryStringParameters"] == local["queryStringParameters"]
    encoded, decoded = on_aws["pathParameters"] or {}, local["pathParameters"] or {}
    assert {name: unquote(value) for name, value in encoded.items()} == decoded
    assert not encoded or encoded != decoded


def test_every_file_is_named_in_the_readme() -> None:
    readme = (EVENTS / "README.md").read_text(encoding="utf-8")
    for path in EVENTS.glob("*.json"):
        kind = path.stem.removeprefix("aws-").removeprefix("ministack-")
        stem = kind.rsplit("-", 1)[0] if kind.startswith("states-") else kind
        stem = (
            "smoke-{tables,learn,pandas}" if kind in {"smoke-tables", "smoke-learn", "smoke-pandas"} else stem
        )
        assert stem in readme, path.name


def test_each_function_has_an_event_that_tries_it_by_the_packages_of_its_layers() -> None:
    from infra.names import FUNCTIONS, LAYER_PACKAGES
    from patronage.cloud import _smoke
    from patronage.runtime import _OF_LAYERS

    modules = {"python-calamine": "python_calamine", "scikit-learn": "sklearn"}
    packages = {
        name: {modules.get(each, each) for each in LAYER_PACKAGES[name]} for name in ("tables", "learn")
    } | {"pandas": {"awswrangler"}}
    assert set(_smoke.EVENTS) == {spec.name for spec in FUNCTIONS}
    for name, expected in packages.items():
        assert set(event(f"smoke-{name}")["packages"]) == expected <= set(_OF_LAYERS)
    for spec in FUNCTIONS:
        if spec.name != "ingest":  # which imports them on its way
            of_layers = [f"smoke-{name}" for name in packages if name in spec.layer_sets]
            assert of_layers in ([], [_smoke.EVENTS[spec.name]])
