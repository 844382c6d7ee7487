"""Each function is called once, its answer is judged, and one that fails keeps no other from being asked."""

from __future__ import annotations

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from typer.testing import CliRunner

import serving_support
from patronage import runtime
from patronage.cli import app
from patronage.cloud import Cloud, Stack, smoke
from patronage.cloud._smoke import EVENTS
from patronage.errors import BadInput
from tests_support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = REPOSITORY / "events"


def camel(folder: str) -> str:
    return "".join(word.capitalize() for word in folder.split("_"))


class Functions:
    """Lambda, with an answer for each function: a payload, an error of the function, or of the call."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.called: list[str] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        self.called.append(FunctionName)
        answer = self.answers[FunctionName]
        if isinstance(answer, Exception):
            raise answer
        failed = isinstance(answer, dict) and "errorMessage" in answer
        return {
            "Payload": io.BytesIO(json.dumps(answer).encode()),
            **({"FunctionError": "Unhandled"} if failed else {}),
        }


def well() -> dict[str, Any]:
    """Return what a deployed stack answers where all of it is well."""
    answers: dict[str, Any] = {}
    for folder, name in EVENTS.items():
        event = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
        answers[folder] = {"step": "smoke", "packages": dict.fromkeys(event.get("packages", []), "1.0")}
    problem = {"title": "Bad request", "status": 400, "field": "events", "rule": "…"}
    return answers | {
        "api": {"statusCode": 200, "body": '{"status":"up"}'},
        "collect": {"statusCode": 400, "body": json.dumps(problem)},
        "ingest": {"batchItemFailures": []},
        "lookup": {"statusCode": 200, "body": '{"items":[{},{}]}'},
    }


@pytest.fixture
def served() -> Iterator[tuple[str, dict[str, tuple[int, bytes]]]]:
    """Serve the API's health and the dashboard's page on this machine."""
    pages: dict[str, tuple[int, bytes]] = {
        "/restapis/a1/live/_user_request_/api/v1/health": (200, b'{"status":"up"}'),
        "d1.cloudfront.localhost:4566": (200, b"<!doctype html><html></html>"),
    }

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = self.headers["Host"] if self.path == "/" or not self.path else self.path
            status, body = pages.get(key, (404, b""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    thread.join()
    server.server_close()


def stack_of(endpoint: str, answers: Mapping[str, Any]) -> tuple[Stack, Functions]:
    functions = Functions(answers)
    outputs = {
        "ApiUrl": "https://a1.execute-api.us-east-1.amazonaws.com/live",
        "DashboardUrl": "http://d1.cloudfront.localhost:4566",
        **{f"{camel(folder)}FunctionName": folder for folder in answers},
    }
    return Stack(Cloud(endpoint, {"lambda": functions}), "Patronage", outputs), functions


def test_a_stack_that_is_well_is_told_so_part_by_part(served):
    stack, functions = stack_of(served[0], well())
    tried = list(smoke(stack, FOLDER))
    assert [part for part in tried if not part.is_well] == []
    assert [part.name for part in tried] == [*sorted(EVENTS), "GET /health", "dashboard"]
    assert functions.called == sorted(EVENTS)
    said = {part.name: part.said for part in tried}
    assert said["segment"].startswith("imports blake3 1.0, deltalake 1.0")
    assert said["lookup"] == "recommends 2 products to someone it does not know"


def test_a_stack_without_a_generation_yet_is_well(served):
    problem = {"title": "No generation yet", "status": 503}
    answers = well() | {"lookup": {"statusCode": 503, "body": json.dumps(problem)}}
    (lookup,) = [part for part in smoke(stack_of(served[0], answers)[0], FOLDER) if part.name == "lookup"]
    assert lookup.is_well
    assert "nothing is published yet" in lookup.said


REFUSED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not you"}}, "Invoke")


@pytest.mark.parametrize(
    ("folder", "answer", "said"),
    [
        ("api", {"statusCode": 500, "body": '{"title":"Failed"}'}, 'answered 500: {"title": "Failed"}'),
        ("lookup", {"statusCode": 503, "body": '{"title":"Unavailable"}'}, "answered 503"),
        ("lookup", {"statusCode": 403, "body": '{"title":"Forbidden"}'}, "answered 403"),
        ("lookup", None, "answered 0"),
        ("collect", {"statusCode": 202, "body": "{}"}, "answered 202 to a list without an event"),
        (
            "ingest",
            {"batchItemFailures": [{"itemIdentifier": "1"}]},
            "to a folder, which it should pass over",
        ),
        ("train", {"step": "smoke", "packages": {}}, "instead of the versions of its packages"),
        ("train", {"errorType": "ModuleNotFoundError", "errorMessage": "No module named 'scipy'"}, "scipy"),
        ("erase", REFUSED, "the call was refused (AccessDeniedException): not you"),
        ("erase", ReadTimeoutError(endpoint_url="https://lambda"), "the call failed: Read timeout"),
    ],
)
def test_a_function_that_is_not_well_is_told_and_the_others_are_asked(served, folder, answer, said):
    stack, functions = stack_of(served[0], well() | {folder: answer})
    unwell = [part for part in smoke(stack, FOLDER) if not part.is_well]
    assert [part.name for part in unwell] == [folder]
    assert said in unwell[0].said
    assert functions.called == sorted(EVENTS)


def test_a_function_of_another_version_is_told(served):
    stack, functions = stack_of(served[0], well() | {"newer": {}})
    (unwell,) = [part for part in smoke(stack, FOLDER) if not part.is_well]
    assert "this version of the command line knows no event for it" in unwell.said
    assert "newer" not in functions.called


def test_an_api_and_a_page_that_do_not_answer_are_told(served):
    endpoint, pages = served
    pages.clear()
    unwell = {
        part.name: part.said for part in smoke(stack_of(endpoint, well())[0], FOLDER) if not part.is_well
    }
    assert "answered 404" in unwell["GET /health"]
    assert "patronage publish-dashboard --stack Patronage" in unwell["dashboard"]
    nobody = {part.name: part.said for part in smoke(stack_of("http://127.0.0.1:1", well())[0], FOLDER)}
    assert "answered nothing (" in nobody["GET /health"]


def test_the_command_ends_with_1_where_a_part_is_not_well(served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", served[0])
    for answers, code, said in (
        (well(), 0, "All 16 are well."),
        (well() | {"api": None}, 1, "1 of 16 are not well: patronage status --stack Patronage"),
    ):
        stack, _ = stack_of(served[0], answers)
        monkeypatch.setattr("patronage.cli.smoke.open_stack", lambda *_, stack=stack: stack)
        done = CliRunner().invoke(app, ["smoke"])
        assert (done.exit_code, said in done.stdout) == (code, True), done.stdout


@pytest.mark.parametrize("folder", sorted(EVENTS))
def test_the_function_itself_answers_its_event_well_and_changes_nothing(
    folder: str, client: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATRONAGE_SERVER_KEY_ID", "of another stack")
    monkeypatch.delenv("PATRONAGE_LOCAL_SERVER_KEY")
    monkeypatch.setenv("PATRONAGE_EVENT_STREAM", "there is none")
    answer = serving_support.fresh_function(folder)(serving_support.event(EVENTS[folder]))
    stack, _ = stack_of("http://127.0.0.1:1", {folder: answer})
    (tried, *_) = smoke(stack, FOLDER)
    assert tried.is_well, tried.said
    assert client.scan(TableName=serving_support.TABLE)["Items"] == []
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="lake")


def test_the_step_imports_packages_of_layers_and_no_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATRONAGE_LAKE_BUCKET", "lake")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    event = json.loads((FOLDER / "smoke-tables.json").read_text("utf-8"))
    answer = runtime.run_step(event, {})
    assert list(answer["packages"]) == event["packages"]
    assert answer["packages"]["duckdb"].startswith("2.")
    with pytest.raises(BadInput, match="package 'os' is of no layer; those are blake3"):
        runtime.run_step({"step": "smoke", "packages": ["os"]}, {})
