"""Inside MiniStack: keep which AWS calls roles make, and disturb those that a plan names.

`patronage.cloud.MiniStack` loads it as its extension. It stands where every call of every function passes,
whatever library sent it: boto3, or the object store of Delta Lake. Each call that IAM was asked about is one
line of ``calls.jsonl`` in the folder that it is given. A plan comes by HTTP: POST replaces it, GET returns
what was hit.
"""

from __future__ import annotations

import asyncio
import fnmatch
import json
import os
import resource
import signal
import threading
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

CONTROL = "/_faults"
FULL_DISK_BYTES = 2048
LATE_SECONDS = 5
REFUSALS = {
    "throttled": ("ProvisionedThroughputExceededException", 400, "SlowDown", 503),
    "failed": ("InternalServerError", 500, "InternalError", 500),
    "lost_answer": ("InternalServerError", 500, "InternalError", 500),
    "denied": ("AccessDeniedException", 400, "AccessDenied", 403),
}
"""What a caller is told: the error and status of JSON services, and those of S3."""

CARRIED_OUT = {"kill_after", "lost_answer", "seen"}
"""The kinds that strike when MiniStack has done what was asked."""

_request: ContextVar[dict[str, Any]] = ContextVar("request")


class Invocation(NamedTuple):
    """What a worker works on: the function, its event's step, and what tells the event from others."""

    function: str
    step: str
    identity: str
    attempt: str


@dataclass
class Fault:
    """One disturbance of the plan; see `tests/chaos_support.py` for its fields."""

    kind: str
    function: str = "*"
    step: str = "*"
    about: str = ""
    actions: tuple[str, ...] = ("*",)
    on: str = "*"
    nth: int = 1
    attempts: int = 1
    most: int = 0
    repeated: bool = False
    each_once: bool = False
    seen: Counter[str] = field(default_factory=Counter)
    hit_attempts: dict[str, set[str]] = field(default_factory=dict)
    hits: list[dict[str, str]] = field(default_factory=list)

    def strikes(self, call: dict[str, str], worker: Invocation) -> bool:
        """Count a call, and say whether it is the one to disturb."""
        if not self._concerns(call, worker):
            return False
        if self.most and len(self.hits) >= self.most:
            return False
        if self.each_once:
            return self._is_new(call, worker)
        self.seen[worker.attempt] += 1
        hit = self.hit_attempts.setdefault(worker.identity, set())
        if worker.attempt not in hit and len(hit) >= self.attempts:
            return False
        count = self.seen[worker.attempt]
        if count < self.nth or (count > self.nth and not self.repeated):
            return False
        hit.add(worker.attempt)
        self._note(call, worker)
        return True

    def _is_new(self, call: dict[str, str], worker: Invocation) -> bool:
        kind = f"{worker.identity} {call['action']} {call['resource']}"
        self.seen[kind] += 1
        if self.seen[kind] > 1:
            return False
        self._note(call, worker)
        return True

    def _note(self, call: dict[str, str], worker: Invocation) -> None:
        told = {"function": worker.function, "step": worker.step, "identity": worker.identity}
        self.hits.append({**call, **told})

    def _concerns(self, call: dict[str, str], worker: Invocation) -> bool:
        return (
            fnmatch.fnmatchcase(worker.function, self.function)
            and fnmatch.fnmatchcase(worker.step, self.step)
            and self.about in worker.identity
            and any(fnmatch.fnmatchcase(call["action"], each) for each in self.actions)
            and fnmatch.fnmatchcase(call["resource"], self.on)
        )


class Interrupted(BaseException):
    """The call goes no further: MiniStack has not carried it out."""


class Watch:
    """The calls that were seen, and the faults of the plan."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._kept: set[tuple[str, str, str, bool]] = set()
        self._calls = (folder / "calls.jsonl").open("a", encoding="utf-8")
        self.faults: list[Fault] = []

    def keep(self, role: str, action: str, on: str, *, allowed: bool) -> None:
        """Write a call down, once."""
        told = (role, action, on, allowed)
        with self._lock:
            if told in self._kept:
                return
            self._kept.add(told)
            line = dict(zip(("role", "action", "resource", "allowed"), told, strict=True))
            self._calls.write(json.dumps(line) + "\n")
            self._calls.flush()

    def struck(self, call: dict[str, str], worker: Invocation) -> Fault | None:
        """Return the fault that a call meets."""
        with self._lock:
            return next((fault for fault in self.faults if fault.strikes(call, worker)), None)

    def replace(self, plan: list[dict[str, Any]]) -> None:
        """Begin a new plan."""
        with self._lock:
            self.faults = [Fault(**each) for each in plan]


def install(folder: str) -> None:
    """Put the watch between the functions and MiniStack."""
    from ministack import app
    from ministack.core import iam_evaluator, lambda_runtime
    from ministack.services import eventbridge

    watch = Watch(Path(folder))
    eventbridge._dispatch_to_lambda = _call_until_done
    app.app = _watched_app(app.app, watch)
    iam_evaluator.enforce = _watched_enforce(iam_evaluator.enforce, watch)
    lambda_runtime.Worker.invoke = _noted_invoke(lambda_runtime.Worker.invoke)


def _call_until_done(arn: str, payload: str) -> None:
    """Call a function for an event, and up to twice again, as Lambda does; MiniStack calls it once."""
    from ministack.services import lambda_svc

    function, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if function and config:
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))


def _noted_invoke(invoke: Callable[..., Any]) -> Callable[..., Any]:
    """Note on a worker what it works on."""

    def noted(self: Any, event: Any, request_id: str, **more: Any) -> Any:
        self.works_on = _invocation(self.func_name, event, request_id)
        return invoke(self, event, request_id, **more)

    return noted


def _invocation(function: str, event: Any, request_id: str) -> Invocation:
    told = event if isinstance(event, dict) else {}
    records = told.get("Records") or [{}]
    identity = records[0].get("messageId") or json.dumps(event, sort_keys=True)
    return Invocation(function, str(told.get("step", "")), identity, request_id)


def _watched_enforce(enforce: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    """Keep what IAM said, and disturb the call if it is planned."""
    from ministack.core.iam_evaluator import resolve_principal
    from ministack.core.responses import get_account_id

    def watched(
        access_key: str, action: str, service: str, region: str, resource_arn: str = "*", **more: Any
    ) -> Any:
        denied = enforce(access_key, action, service, region, resource_arn=resource_arn, **more)
        role = _role_of(resolve_principal(access_key or "", get_account_id()))
        if role:
            watch.keep(role, action, resource_arn, allowed=denied is None)
            if denied is None:
                _disturb({"role": role, "action": action, "resource": resource_arn}, service, watch)
        return denied

    return watched


def _role_of(principal: Any) -> str:
    """Return the role of an assumed one; callers who are root or users have none."""
    kind, _, rest = str(getattr(principal, "arn", "")).partition(":assumed-role/")
    return rest.split("/")[0] if kind and rest else ""


def _disturb(call: dict[str, str], service: str, watch: Watch) -> None:
    """Strike a request once; one request may be several questions to IAM."""
    request = _request.get(None)
    if request is None or not watch.faults or "fault" in request:
        return
    worker, pid = _worker_at(request["port"])
    if worker is None or (fault := watch.struck(call, worker)) is None:
        return
    request.update(fault=fault, service=service, pid=pid)
    if fault.kind == "full_disk":
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (FULL_DISK_BYTES, FULL_DISK_BYTES))
    elif fault.kind not in CARRIED_OUT:
        raise Interrupted


def _worker_at(port: int) -> tuple[Invocation | None, int]:
    """Return what the process at the other end of a connection works on, and its id."""
    from ministack.core import lambda_runtime

    inode = _inode_of(port)
    for workers in list(lambda_runtime._workers.values()):
        for worker in list(workers):
            for pid in _processes_of(getattr(worker._proc, "pid", 0)) if inode else ():
                if _holds(pid, f"socket:[{inode}]"):
                    return getattr(worker, "works_on", None), pid
    return None, 0


def _processes_of(pid: int) -> Iterator[int]:
    """Give a worker's process and those that it started, such as the one of a Spark job."""
    if not pid:
        return
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(children).split():
            yield from _processes_of(int(child))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except OSError:  # the process has ended meanwhile
        return ""


def _inode_of(port: int) -> str:
    here, there = f":{port:04X}", f":{int(os.environ['GATEWAY_PORT']):04X}"
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(here) and fields[2].endswith(there) and fields[9] != "0":
            return fields[9]
    return ""


def _holds(pid: int, socket: str) -> bool:
    try:
        return any(str(each.readlink()) == socket for each in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def _watched_app(app: Callable[..., Awaitable[None]], watch: Watch) -> Callable[..., Awaitable[None]]:
    """Answer the plan's own path, and carry out what a call was struck with."""

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["path"] == CONTROL:
            await _control(scope, receive, send, watch)
        else:
            await _carry_out(app, scope, receive, send)

    return watched


async def _carry_out(app: Callable[..., Awaitable[None]], scope: Any, receive: Any, send: Any) -> None:
    request: dict[str, Any] = {"port": scope["client"][1], "body": b""}
    token = _request.set(request)
    held: list[Any] = []

    async def heard() -> Any:
        message = await receive()
        request["body"] += message.get("body", b"")
        return message

    async def told(message: Any) -> None:
        await (_hold(held, message) if "fault" in request else send(message))

    async def again() -> Any:
        return {"type": "http.request", "body": request["body"], "more_body": False}

    try:
        try:
            await app(scope, heard, told)
        except Interrupted:
            if request["fault"].kind == "late":
                await asyncio.sleep(LATE_SECONDS)
                await app(scope, again, told)
    finally:
        _request.reset(token)
    if "fault" in request:
        await _end(request, held, send)


async def _hold(held: list[Any], message: Any) -> None:
    held.append(message)


async def _end(request: dict[str, Any], held: list[Any], send: Any) -> None:
    """Let a call that was struck end as its fault has it."""
    kind = request["fault"].kind
    if kind == "hang":
        await asyncio.sleep(3600)
    if kind == "kill_during":
        await asyncio.to_thread(_write_half, request)
    if kind.startswith("kill"):
        os.kill(request["pid"], signal.SIGKILL)
    if kind in REFUSALS:
        held = _refusal(kind, request["service"])
    for message in held:
        await send(message)


def _refusal(kind: str, service: str) -> list[dict[str, Any]]:
    code, status, s3_code, s3_status = REFUSALS[kind]
    if service == "s3":
        status, content = s3_status, b"application/xml"
        body = f"<Error><Code>{s3_code}</Code><Message>as planned</Message></Error>".encode()
    else:
        content = b"application/x-amz-json-1.1"
        body = json.dumps({"__type": code, "message": "as planned"}).encode()
    headers = [(b"content-type", content), (b"x-amzn-errortype", code.encode())]
    return [
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body},
    ]


def _write_half(request: dict[str, Any]) -> None:
    """Carry out the first half of a batch of DynamoDB's; of any other write nothing, for it is one."""
    if request["service"] != "dynamodb":
        return
    asked = json.loads(request["body"])
    for table, writes in asked.get("RequestItems", {}).items():
        _write_as_root({"RequestItems": {table: writes[: (len(writes) + 1) // 2]}})


def _write_as_root(batch: dict[str, Any]) -> None:
    """Send a batch as it was encoded."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    from botocore.httpsession import URLLib3Session

    request = AWSRequest(
        "POST",
        f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}/",
        data=json.dumps(batch),
        headers={
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
        },
    )
    keys = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(keys, "dynamodb", os.environ["MINISTACK_REGION"]).add_auth(request)
    answer = URLLib3Session().send(request.prepare())
    assert answer.status_code == 200, answer.text


async def _control(scope: Any, receive: Any, send: Any, watch: Watch) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    if scope["method"] == "POST":
        watch.replace(json.loads(body))
    told = json.dumps([{"kind": fault.kind, "hits": fault.hits} for fault in watch.faults])
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
    )
    await send({"type": "http.response.body", "body": told.encode()})
