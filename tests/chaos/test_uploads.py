"""Uploads: ingest is killed and refused at each call, events repeat, overtake each other and come at once."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from chaos_shop_support import order_rows, write_orders
from chaos_support import READS, Fault
from patronage.cloud import upload_file, wait_for_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chaos_shop_support import Shop
    from patronage.cloud import Uploaded

pytestmark = pytest.mark.local_cloud

MOST_WRITES = 8
"""No upload of this shop makes ingest write more often."""
KILLS = ("kill_before", "kill_after")
INGEST = "*-IngestFunction-*"
slow = pytest.mark.slow


class Ledger:
    """What the shop has uploaded, counted by hand: the newest file that holds an order supplies its lines.

    What was there before, whatever came of other faults, is counted by the lake.
    """

    def __init__(self, before: tuple[int, int, int]) -> None:
        self._before = before
        self._orders: dict[str, list[list[str]]] = defaultdict(list)
        self._files = 0

    def rows(self) -> list[list[str]]:
        """Return lines of orders that were not there before, and count them."""
        self._files += 1
        made = [[f"u{self._files}-{row[0]}", *row[1:]] for row in order_rows("A")]
        self.count(made)
        return made

    def count(self, rows: list[list[str]]) -> None:
        """Count a file: its orders replace those of the same ids."""
        named = {row[0] for row in rows}
        for order in named:
            self._orders[order] = [row for row in rows if row[0] == order]

    def totals(self) -> tuple[int, int, int]:
        """Return lines, orders and money."""
        lines = [row for rows in self._orders.values() for row in rows]
        money = sum(round(float(row[6]) * 100) * int(row[5]) for row in lines)
        lines_before, orders_before, money_before = self._before
        return lines_before + len(lines), orders_before + len(self._orders), money_before + money


@pytest.fixture(scope="module")
def ledger(shop: Shop) -> Iterator[Ledger]:
    """Count what was uploaded before, and let the queue deliver again within seconds."""
    kept = Ledger(totals(shop))
    queue = shop.stack.output("IngestQueueUrl")
    shop.stack.cloud.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "4"})
    yield kept
    outcome = shop.run("segmentation")
    assert outcome.status == "SUCCEEDED", shop.cause(outcome)
    shop.restart("Api")  # it may know the generation before
    answer = shop.api.get("/api/v1/segments", with_token=True).body
    lines, _, money = kept.totals()
    assert lines
    assert sum(segment["net_minor"] for segment in answer["segments"]) == money


def totals(shop: Shop) -> tuple[int, int, int]:
    """Return lines, orders and money of the lake."""
    (found,) = shop.orders("SELECT count(*), count(DISTINCT order_id), sum(net_minor)::BIGINT FROM {orders}")
    return found


def settles(shop: Shop, ledger: Ledger, *, within_seconds: float = 30) -> None:
    """Wait until the lake says what was counted, and a moment longer."""
    deadline = time.monotonic() + within_seconds
    while totals(shop) != ledger.totals() and time.monotonic() < deadline:
        time.sleep(0.3)
    time.sleep(0.5)
    assert totals(shop) == ledger.totals()


def report_adds_up(report: dict[str, Any], *, kept: int) -> None:
    parts = [report[name] for name in ("kept", "refused", "repeated", "superseded")]
    assert report["read"] == sum(parts)
    assert report["kept"] == kept


def dead_letters(shop: Shop) -> int:
    asked = {"QueueUrl": shop.stack.output("IngestDeadLetterQueueUrl")}
    names = ["ApproximateNumberOfMessages"]
    answer = shop.stack.cloud.client("sqs").get_queue_attributes(**asked, AttributeNames=names)
    return int(answer["Attributes"][names[0]])


def goes_through(shop: Shop, ledger: Ledger, fault: Fault, name: str) -> int:
    """Upload a file under a fault, and hold that it counts once; return how many calls were struck."""
    rows = ledger.rows()
    path = write_orders(shop.folder / f"{name}.csv", rows)
    with shop.faults.planned(fault):
        uploaded = upload_file(shop.stack, path)
        settles(shop, ledger)
    report = wait_for_report(shop.stack, replace(uploaded, at_ms=int(time.time() * 1000)), timeout_s=60)
    report_adds_up(report, kept=len(rows))
    assert dead_letters(shop) == 0
    return len(shop.faults.last)


@pytest.mark.parametrize(
    ("kind", "nth"),
    [
        pytest.param(kind, nth, marks=() if (kind, nth) == ("kill_after", 1) else slow)
        for kind in KILLS
        for nth in range(1, MOST_WRITES + 1)
    ],
)
def test_a_kill_at_any_write_counts_a_file_once(shop, ledger, record, kind, nth):
    fault = Fault(kind, function=INGEST, nth=nth, attempts=1, most=1)
    struck = goes_through(shop, ledger, fault, f"{kind}-{nth}")
    if struck:
        when = {"kill_before": "before", "kill_after": "after"}[kind]
        record(
            "ingest",
            f"killed {when} its write {nth}",
            struck,
            "delivered again; each line counts once; no alert",
        )


@slow
def test_no_write_is_left_out(shop, ledger):
    assert goes_through(shop, ledger, Fault("seen", function=INGEST, nth=MOST_WRITES + 1), "seen") == 0


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("throttled", "each call throttled once"),
        ("failed", "each call failed once"),
        ("lost_answer", "each call carried out, its answer lost"),
    ],
)
@slow
def test_each_call_is_refused_once(shop, ledger, record, kind, told):
    fault = Fault(kind, function=INGEST, actions=("*",), each_once=True)
    struck = goes_through(shop, ledger, fault, kind)
    assert struck
    record("ingest", told, struck, "tried again; each line counts once; no alert")


@pytest.mark.parametrize(
    ("kind", "actions", "told"),
    [("kill_before", READS, "out of memory while it reads"), ("full_disk", ("*",), "the disk is full")],
)
@slow
def test_memory_or_disk_ends(shop, ledger, record, kind, actions, told):
    struck = goes_through(shop, ledger, Fault(kind, function=INGEST, actions=actions, most=1), kind)
    assert struck
    record("ingest", told, struck, "delivered again; each line counts once; no alert")


def test_what_fails_for_good_waits_and_is_told(shop, ledger, record):
    """After five deliveries the event waits in the dead-letter queue; sent back it counts once."""
    rows = ledger.rows()
    path = write_orders(shop.folder / "for-good.csv", rows)
    before = totals(shop)
    with shop.faults.planned(Fault("denied", function=INGEST, attempts=10**6)):
        upload_file(shop.stack, path)
        deadline = time.monotonic() + 90
        while not dead_letters(shop):
            assert time.monotonic() < deadline, "it was not given up"
            time.sleep(0.5)
    assert totals(shop) == before
    (said, *_) = shop.status()["next"]
    assert "1 upload" in said["say"]
    assert said["command"] == f"patronage report --stack {shop.stack.name}"

    sqs = shop.stack.cloud.client("sqs")
    dead, queue = shop.stack.output("IngestDeadLetterQueueUrl"), shop.stack.output("IngestQueueUrl")
    (message,) = sqs.receive_message(QueueUrl=dead)["Messages"]
    sqs.send_message(QueueUrl=queue, MessageBody=message["Body"])
    sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
    settles(shop, ledger)
    record(
        "ingest",
        "a write refused for good",
        len(shop.faults.last),
        "given up after five deliveries; status counts it; sent back, it counts once",
    )


@contextmanager
def held_events(shop: Shop) -> Iterator[None]:
    """Keep events of uploads from the queue; the test sends its own."""
    events = shop.stack.cloud.client("events")
    (rule,) = [rule["Name"] for rule in events.list_rules()["Rules"] if "Uploads" in rule["Name"]]
    events.disable_rule(Name=rule)
    try:
        yield
    finally:
        events.enable_rule(Name=rule)


def send(shop: Shop, uploaded: Uploaded) -> None:
    """Send the event of an upload, as MiniStack's EventBridge does."""
    bucket = shop.stack.output("RawBucketName")
    detail = {"bucket": {"name": bucket}, "object": {"key": uploaded.key, "etag": uploaded.etag, "size": 1}}
    body = json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": detail})
    shop.stack.cloud.client("sqs").send_message(
        QueueUrl=shop.stack.output("IngestQueueUrl"), MessageBody=body
    )


def put(shop: Shop, name: str, rows: list[list[str]]) -> Uploaded:
    return upload_file(shop.stack, write_orders(shop.folder / name, rows))


@slow
def test_an_event_that_comes_again_and_twice_at_once_counts_once(shop, ledger, record):
    with held_events(shop):
        uploaded = put(shop, "again.csv", ledger.rows())
        for _ in range(3):
            send(shop, uploaded)
        settles(shop, ledger)
        send(shop, uploaded)
        time.sleep(3)
        settles(shop, ledger)
    record("ingest", "an event four times, three of them at once", 4, "counts once; no alert")


@slow
def test_the_newest_file_wins_whatever_comes_first(shop, ledger, record):
    with held_events(shop):
        rows = ledger.rows()
        older = put(shop, "older.csv", rows)
        time.sleep(1.1)  # LastModified has seconds
        corrected = [[*row[:6], "9.99", *row[7:]] for row in rows]
        newer = put(shop, "newer.csv", corrected)
        ledger.count(corrected)
        send(shop, newer)
        report_adds_up(wait_for_report(shop.stack, newer, timeout_s=60), kept=len(rows))
        send(shop, older)
        report = wait_for_report(shop.stack, older, timeout_s=60)
        assert report["superseded"] == len(rows)
        settles(shop, ledger)
    record("ingest", "the older file comes after the newer", 2, "the newer one's lines stay")


@slow
def test_files_of_the_same_orders_at_once(shop, ledger, record):
    with held_events(shop):
        rows = ledger.rows()
        files = []
        for number in range(4):
            changed = [[*row[:6], f"{number + 1}.50", *row[7:]] for row in rows]
            files.append(put(shop, f"at-once-{number}.csv", changed))
            time.sleep(1.1)
        ledger.count(changed)
        for uploaded in reversed(files):
            send(shop, uploaded)
        settles(shop, ledger, within_seconds=60)
    record("ingest", "four files of the same orders at once", 4, "the newest one's lines stay")
