"""A small shop in a local cloud that can be disturbed, and what must hold of it after each disturbance."""

from __future__ import annotations

import csv
import json
import re
import time
import zlib
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from chaos_support import Alerts, Fault, Faults
from patronage.cli.status import _of_stack
from patronage.cloud import open_api, start_run, upload_file, wait_for_report
from patronage.logic.monitor.machines import WHAT_OF
from patronage.logic.serve.keys import POINTER
from patronage.steps.monitor.run_days import record_of
from patronage.stores.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from patronage.cloud import Api, Stack

HEADER = "order_id,line,customer_id,product_id,description,quantity,unit_price,currency,ordered_at,country"
MEMBERS = 6
PRICE_MINOR = {"A": 250, "B": 1000}
RUN_SECONDS = 600
"""How long a run may take on a machine that does other things too; what hangs waits for its time-out."""
ERASE_SECONDS = 900
"""An erasure goes through every run that the tests before it made."""
SIGNED_IN_SECONDS = 1800
"""Half of how long a token of the pool holds."""
CLOCK = "clock"
"""The file below the shop's folder that says by how many seconds clocks are wrong."""
_RUN = re.compile(r"r\d{4}-[a-z]+(-(segments|recommendations))?")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")
_TOOK = re.compile(r'"([a-z_]*seconds[a-z_]*)": ?[\d.e-]+')


@dataclass
class Outcome:
    """How an execution under faults ended."""

    run_id: str
    machine: str
    status: str
    struck: list[dict[str, str]]
    alerts: list[dict[str, Any]] = field(default_factory=list)


def order_rows(groups: Iterable[str] = PRICE_MINOR) -> list[list[str]]:
    """Each customer of a group buys all products of the group but one."""
    return [
        [
            f"{group}{member}-{day}",
            "1",
            f"{group}{member}",
            f"{group}-p{product}",
            f"{group} product {product}",
            "1",
            f"{PRICE_MINOR[group] / 100:.2f}",
            "GBP",
            f"2025-03-{day:02d}T10:00:00Z",
            "United Kingdom",
        ]
        for group in groups
        for member in range(MEMBERS)
        for day, product in enumerate((p for p in range(MEMBERS) if p != member), start=1)
    ]


def write_orders(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    """Write a file of order lines."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER.split(","), *rows])
    return path


class Shop:
    """A deployed stack, what was uploaded to it, and how its generations look when nothing disturbs them."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack = stack
        self.folder = folder
        self.faults = Faults(stack.cloud.endpoint or "")
        self.alerts = Alerts(stack, name="chaos")
        self._api = open_api(stack)
        self._signed_in = time.monotonic()
        self.clean: dict[str, dict[str, Any]] = {}
        self._runs = 0
        self._states = stack.cloud.client("stepfunctions")

    @property
    def api(self) -> Api:
        """Return the API with tokens that hold for a while: all faults together take longer than one does."""
        if time.monotonic() - self._signed_in > SIGNED_IN_SECONDS:
            self._api, self._signed_in = open_api(self.stack), time.monotonic()
        return self._api

    # What is done

    def begin(self) -> None:
        """Upload the orders, and run each machine twice, so that each run after has one before it."""
        report = self.upload(order_rows(), "first.csv")
        assert (report["read"], report["kept"]) == (60, 60)
        for machine in (*WHAT_OF, *WHAT_OF):
            outcome = self.run(machine)
            assert outcome.status == "SUCCEEDED", outcome
            self.clean[machine] = self.generation(machine, outcome.run_id)

    def upload(self, rows: Iterable[Sequence[str]], name: str) -> dict[str, Any]:
        """Upload order lines and wait for their report."""
        path = write_orders(self.folder / name, rows)
        return wait_for_report(self.stack, upload_file(self.stack, path, name=name), timeout_s=120)

    def named(self, machine: str) -> str:
        """Return a run id that was not used yet; all are of one length."""
        self._runs += 1
        return f"r{self._runs:04d}-{machine}"

    def run(self, machine: str, *faults: Fault) -> Outcome:
        """Run a machine, disturbed by faults, and wait until how it ended is known."""
        (outcome,) = self.run_all([machine], *faults)
        return outcome

    def run_all(self, machines: Sequence[str], *faults: Fault) -> list[Outcome]:
        """Run machines at once."""
        before = len(self.alerts.received())
        ids = {machine: self.named(machine) for machine in machines}
        with self.faults.planned(*faults):
            executions = {machine: start_run(self.stack, machine, run_id) for machine, run_id in ids.items()}
            statuses = {machine: self.ended(arn) for machine, arn in executions.items()}
            for machine, run_id in ids.items():
                self.wait_for_record(machine, run_id)
        alerts = self.alerts_since(before, least=sum(each != "SUCCEEDED" for each in statuses.values()))
        return [
            Outcome(
                run_id,
                machine,
                statuses[machine],
                [hit for hit in self.faults.last if _is_of(hit, machine)],
                [alert for alert in alerts if run_id in json.dumps(alert)],
            )
            for machine, run_id in ids.items()
        ]

    def upkeep(self, fault: Fault) -> tuple[str, int]:
        """Run the upkeep machine under a fault; return how it ended, and how many calls were struck."""
        with self.faults.planned(fault):
            machine = self.stack.output("UpkeepStateMachineArn")
            name = self.named("upkeep")
            started = self._states.start_execution(stateMachineArn=machine, name=name)
            status = self.ended(started["executionArn"])
        return status, len(self.faults.last)

    def erase(self, customer: str) -> dict[str, Any]:
        """Have a customer erased by an admin, and return the receipt when it is done or failed."""
        return self._done_for(customer, "DELETE", "")

    def export(self, customer: str) -> dict[str, Any]:
        """Have all that is stored of a customer exported by an admin; return how it ended."""
        return self._done_for(customer, "POST", "/export")

    def _done_for(self, customer: str, method: str, task: str) -> dict[str, Any]:
        headers, deadline = {"Authorization": self.api.admin_token}, time.monotonic() + ERASE_SECONDS
        asked = self.api.ask(method, f"/api/v1/customers{task}?customer_id={customer}", headers=headers)
        assert asked.status == 202, asked.body
        while time.monotonic() < deadline:
            said = self.api.ask("GET", asked.body["status_url"], headers=headers)
            if said.status == 200 and said.body["state"] in {"done", "failed"}:
                return dict(said.body)
            time.sleep(0.5)
        raise AssertionError(f"{asked.body} did not end within {ERASE_SECONDS} s")

    def orders(self, select: str) -> list[tuple[Any, ...]]:
        """Ask the files of the orders' table a question."""
        with closing(self.stack.lake_store()) as store, duckdb.connect() as connection:
            files = [str(path) for path in Lake(store).snapshot("orders").files()]
            return connection.execute(select.replace("{orders}", "read_parquet(?)"), [files]).fetchall()

    def ended(self, execution: str) -> str:
        """Wait until an execution has ended, and return how."""
        deadline = time.monotonic() + RUN_SECONDS
        while time.monotonic() < deadline:
            status: str = self._states.describe_execution(executionArn=execution)["status"]
            if status != "RUNNING":
                return status
            time.sleep(0.2)
        raise AssertionError(f"{execution} did not end within {RUN_SECONDS} s")

    def wait_for_record(self, machine: str, run_id: str) -> None:
        """Wait until the lake keeps how a run ended: a function of its own writes that."""
        store, deadline = self.stack.lake_store(), time.monotonic() + 60
        while not record_of(store, machine, run_id):
            assert time.monotonic() < deadline, f"nothing keeps how {run_id} ended"
            time.sleep(0.2)

    def alerts_since(self, count: int, *, least: int, within_seconds: float = 10) -> list[dict[str, Any]]:
        """Return the alerts after the first `count`, when there are so many, and a moment later."""
        deadline = time.monotonic() + within_seconds
        while len(self.alerts.received()) < count + least and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(0.3)
        return self.alerts.received()[count:]

    @contextmanager
    def wrong_clocks(self, seconds: float) -> Iterator[None]:
        """Let the clocks of all functions that start from here on go wrong."""
        told = self.folder / CLOCK
        told.write_text(str(seconds), encoding="utf-8")
        self.restart()
        try:
            yield
        finally:
            told.unlink()
            self.restart()

    def forget_future(self, machine: str) -> None:
        """Wait no ten minutes: let the live run have begun before now."""
        name, now = {"#family": WHAT_OF[machine]}, {":then": {"S": "2026-01-01T00:00:00+00:00"}}
        self.stack.cloud.client("dynamodb").update_item(
            TableName=self.stack.output("ServingTableName"),
            Key={"pk": {"S": POINTER}},
            UpdateExpression="SET #family.created_at = :then",
            ExpressionAttributeNames=name,
            ExpressionAttributeValues=now,
        )

    def restart(self, function: str = "") -> None:
        """Let functions start in new processes: MiniStack does so when their time-out is set."""
        client = self.stack.cloud.client("lambda")
        for each in client.list_functions()["Functions"]:
            if f"-{function}" in each["FunctionName"]:
                named = {"FunctionName": each["FunctionName"]}
                seconds = client.get_function_configuration(**named)["Timeout"]
                client.update_function_configuration(**named, Timeout=seconds)

    # What must hold

    def generation(self, machine: str, run_id: str) -> dict[str, Any]:
        """Return the items of a run's generation, as they would be in any other run."""
        store, table = self.stack.lake_store(), self.stack.serving_table()
        listed = store.keys(f"runs/{run_id}/publish/{WHAT_OF[machine]}/keys/")
        keys = [key for each in listed for key in json.loads(store.read_bytes(each))]
        items = table.get_all(keys)
        missing = sorted(set(keys) - set(items))
        assert not missing, f"{run_id} lacks {missing[:3]}"
        assert keys, f"{run_id} listed no keys"
        return {_plain(key): _plain(item) for key, item in items.items()}

    def live_run(self, machine: str) -> str:
        """Return the run that is live."""
        return self.stack.serving_table().pointer()[WHAT_OF[machine]].run_id

    def is_whole(self, machine: str, *, but: str = "") -> None:
        """Hold what is live against a clean run: each item is there, equal but for one, and has no end."""
        run_id = self.live_run(machine)
        found = self.generation(machine, run_id)
        ending = [key for key, item in found.items() if "expires_at" in item]
        assert not ending, f"{run_id} is live, and these would end: {ending[:3]}"
        if machine != "monitoring":  # its decision tells of the runs before it
            difference = _first_difference(found, self.clean[machine], but)
            assert not difference, difference

    def went_live(self, outcome: Outcome) -> None:
        """Hold that a run went through all faults by itself: live, whole, nobody alarmed."""
        assert outcome.status == "SUCCEEDED", self.cause(outcome)
        assert self.live_run(outcome.machine) == outcome.run_id
        assert outcome.alerts == []
        self.is_whole(outcome.machine)

    def failed_safely(self, outcome: Outcome, before: str) -> None:
        """Hold that a run failed, one alert says so, what is live stayed, and status says what to do."""
        assert outcome.status == "FAILED", outcome
        assert self.live_run(outcome.machine) == before
        self.is_whole(outcome.machine)
        assert len(outcome.alerts) == 1, outcome.alerts
        assert outcome.alerts[0]["alert"] == "a run failed"
        self.leaves_nothing_for_ever(outcome)
        told = self.status()
        row = next(run for run in told["runs"][outcome.machine] if run["run_id"] == outcome.run_id)
        assert row["status"] == "FAILED"
        assert row["cause"], "status says why"
        said = [each for each in told["next"] if outcome.machine in each["say"]]
        assert said, told["next"]
        assert said[0]["command"] == f"patronage retrain {WHAT_OF[outcome.machine]} --stack {self.stack.name}"

    def leaves_nothing_for_ever(self, outcome: Outcome) -> None:
        """Hold that what a failed run wrote has an end."""
        pages = self.stack.cloud.client("dynamodb").get_paginator("scan")
        for page in pages.paginate(TableName=self.stack.output("ServingTableName")):
            for item in page["Items"]:
                if f"#{outcome.run_id}#" in item["pk"]["S"]:
                    assert "expires_at" in item, item["pk"]

    def goes_on(self, machine: str) -> None:
        """Hold that no lock is left: the next run goes live, and is whole."""
        self.went_live(self.run(machine))

    def status(self) -> dict[str, Any]:
        """Return what `patronage status` says."""
        return _of_stack(self.stack.name)

    def cause(self, outcome: Outcome) -> str:
        """Return why a run failed."""
        found = record_of(self.stack.lake_store(), outcome.machine, outcome.run_id) or {}
        return f"{outcome.run_id} {outcome.status}: {found.get('cause')}; struck: {outcome.struck}"


def _is_of(hit: dict[str, str], machine: str) -> bool:
    """Say whether a call was a run's of a machine, by the name of the run in the event."""
    return f"-{machine}" in hit["identity"]


def _plain(value: Any) -> Any:
    """Return a value of an item without what differs from run to run: names of runs, times, durations."""
    if isinstance(value, bytes):
        value = _unpacked(value)
    if isinstance(value, str):
        return _TOOK.sub(r'"\1":0', _TIME.sub("TIME", _RUN.sub("RUN", value)))
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _unpacked(content: bytes) -> str:
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS, 16 + zlib.MAX_WBITS):
        try:
            return zlib.decompress(content, bits).decode("latin-1")
        except zlib.error:
            continue
    return content.decode("latin-1")


def _first_difference(found: dict[str, Any], clean: dict[str, Any], but: str) -> str:
    for key in sorted({*found, *clean} - {but}):
        if found.get(key) != clean.get(key):
            return f"{key}: {str(found.get(key))[:600]} is not {str(clean.get(key))[:600]}"
    return ""
