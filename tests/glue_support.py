"""A small Glue catalogue behind a real boto3 session: requests are checked and answers parsed as ever."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse


class FakeGlue:
    """One database; it answers what awswrangler asks, and counts what was written."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {}
        self.writes: list[str] = []
        self.session = boto3.Session(
            region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        self.session.events.register("before-send.glue.*", self._answer)

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        action = request.headers["X-Amz-Target"].decode().partition(".")[2]
        status, answer = getattr(self, f"_{action}")(json.loads(request.body))
        raw = io.BytesIO(json.dumps(answer).encode())
        raw.stream = lambda **_: iter([raw.getvalue()])
        return AWSResponse(request.url, status, {}, raw)

    def _GetTables(self, asked: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802 - as AWS names it
        return 200, {"TableList": list(self.tables.values())}

    def _GetTable(self, asked: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        if asked["Name"] in self.tables:
            return 200, {"Table": self.tables[asked["Name"]]}
        return 400, {"__type": "EntityNotFoundException", "Message": f"Table {asked['Name']} not found."}

    def _GetPartitions(self, asked: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        return 200, {"Partitions": []}

    def _CreateTable(self, asked: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        assert asked["TableInput"]["Name"] not in self.tables
        return self._write("create", asked)

    def _UpdateTable(self, asked: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        assert asked["TableInput"]["Name"] in self.tables
        return self._write("update", asked)

    def _write(self, kind: str, asked: dict[str, Any]) -> tuple[int, Any]:
        table = copy.deepcopy(asked["TableInput"])
        self.tables[table["Name"]] = table | {"DatabaseName": asked["DatabaseName"]}
        self.writes.append(f"{kind} {asked['DatabaseName']}.{table['Name']}")
        return 200, {}
