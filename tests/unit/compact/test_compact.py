"""Compaction changes the files of a table, and nothing that anybody reads from it."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from deltalake import DeltaTable

import serving_support as support
from lake_support import add_part, files_of, rows_of
from patronage.errors import NotFound, TryAgain
from patronage.logic.tables import ORDERS, PRODUCTS
from patronage.steps import compact as steps
from patronage.stores.compaction import TableFiles
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

UPLOADS = [f"upload-{n}" for n in range(6)]
DAY = 86_400
SUM = "SELECT COUNT(*), SUM(net_minor), COUNT(DISTINCT order_id), MIN(quantity), MAX(ordered_at) FROM lake"


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("uploaded") / "orders"
    for n, content in enumerate(UPLOADS):
        add_part(root, ORDERS, content, lines(n))
    return root


@pytest.fixture
def orders(uploaded, tmp_path) -> Path:
    return Path(shutil.copytree(uploaded, tmp_path / "lake" / "orders"))


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path)


def lines(n: int) -> str:
    return f"""
        SELECT '{n}-' || i AS order_id, i * {n + 1} AS net_minor, -0.0001 AS quantity,
        TIMESTAMPTZ '2025-03-30 01:00:00+00' + INTERVAL (i) MINUTE AS ordered_at FROM range(100) r(i)
    """


def age(path: Path, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(path, (then, then))


def log_of(orders: Path) -> list[str]:
    return sorted(path.name for path in (orders / "_delta_log").iterdir())


def test_small_files_become_one_snappy_file_with_the_same_rows(orders, store):
    before = rows_of(orders, SUM)
    report = steps.compact(store, keep_days=7)["tables"]
    assert list(report) == ["orders"]
    done = report["orders"]
    assert (done["files_before"], done["files"], done["compacted"], done["vacuumed"]) == (6, 1, 6, 0)
    assert done["bytes_before"] > 0
    (name,) = files_of(orders)
    assert done["bytes"] == (orders / name).stat().st_size
    assert rows_of(orders, SUM) == before
    codecs = f"SELECT DISTINCT compression FROM parquet_metadata('{orders / name}')"
    assert rows_of(orders, codecs) == [("SNAPPY",)]


def test_a_second_time_there_is_nothing_to_do(orders, store):
    steps.compact(store, keep_days=7)
    version = DeltaTable(str(orders)).version()
    done = steps.compact(store, keep_days=7)["tables"]["orders"]
    assert (done["compacted"], done["vacuumed"]) == (0, 0)
    assert DeltaTable(str(orders)).version() == version


def test_files_grow_to_about_the_target(orders, store):
    size = TableFiles(store, "orders").size()
    steps.compact(store, keep_days=7, target_bytes=size.bytes // 2)
    assert 2 <= len(files_of(orders)) <= 3


def test_a_pinned_version_reads_as_before_until_its_files_are_old(orders, store):
    pinned = DeltaTable(str(orders)).version()
    steps.compact(store, keep_days=7)
    assert len(DeltaTable(str(orders), version=pinned).to_pyarrow_table()) == 600
    assert len(list(orders.glob("*.parquet"))) == 7


def test_a_replaced_file_goes_when_no_run_can_need_it(orders, store):
    long_ago, lately, *_ = files_of(orders)
    add_part(orders, ORDERS, "corrected-1", lines(0), replaces=long_ago, days_ago=7.1)
    add_part(orders, ORDERS, "corrected-2", lines(1), replaces=lately, days_ago=6.9)
    before = rows_of(orders, SUM)
    assert steps.compact(store, keep_days=7)["tables"]["orders"]["vacuumed"] == 1
    assert not (orders / long_ago).exists()
    assert (orders / lately).exists()
    assert rows_of(orders, SUM) == before


def test_what_a_killed_writer_left_goes_after_the_same_time_and_not_before(orders, store):
    for name, days in (
        ("part-being-written.snappy.parquet", 6.9),
        ("part-of-a-dead-one.snappy.parquet", 7.1),
    ):
        (orders / name).write_bytes(b"PAR1")
        age(orders / name, days)
    assert steps.compact(store, keep_days=7)["tables"]["orders"]["vacuumed"] == 1
    assert (orders / "part-being-written.snappy.parquet").exists()
    assert not (orders / "part-of-a-dead-one.snappy.parquet").exists()


def test_every_content_is_still_known_when_the_log_is_shortened(orders, store):
    add_part(orders, ORDERS, UPLOADS[2], lines(2), rules=0, replaces=files_of(orders)[2])
    for path in (orders / "_delta_log").glob("*.json"):
        age(path, 31)
    steps.compact(store, keep_days=7)
    assert log_of(orders)[0].endswith(".checkpoint.parquet")
    snapshot = Lake(store).snapshot("orders")
    assert [snapshot.rules_of(content) for content in UPLOADS] == [1, 1, 0, 1, 1, 1]
    assert snapshot.rules_of("never") is None
    assert rows_of(orders, "SELECT COUNT(*) FROM lake") == [(600,)]


def test_the_reports_in_the_log_stay_for_thirty_days(orders, store):
    for path in (orders / "_delta_log").glob("*.json"):
        age(path, 29)
    steps.compact(store, keep_days=7)
    snapshot = Lake(store).snapshot("orders")
    assert [snapshot.report_of(content) for content in UPLOADS] == [{"object": name} for name in UPLOADS]


@pytest.mark.parametrize(
    ("low", "high"), [("a" * 255 + "1", "z" * 255 + "9"), ("日" * 255 + "1", "本" * 255 + "9")]
)
def test_the_ids_that_a_file_may_hold_are_told_exactly(tmp_path, store, low, high):
    """Ingest looks for the lines of an order only where the statistics of a file leave room for its id."""
    root = tmp_path / "lake" / "orders"
    for content in ("a", "b"):
        add_part(root, ORDERS, content, f"SELECT UNNEST(['{low}', '{high}']) AS order_id")
    steps.compact(store, keep_days=7)
    told = DeltaTable(str(root)).get_add_actions(flatten=True)
    assert [told.column(f"{end}.order_id").to_pylist() for end in ("min", "max")] == [[low], [high]]


def test_ingest_goes_on_upon_a_compacted_table(orders, store):
    steps.compact(store, keep_days=7)
    add_part(orders, ORDERS, "late", lines(9), replaces=files_of(orders)[0])
    assert rows_of(orders, "SELECT COUNT(*), MIN(order_id[1]) FROM lake") == [(100, "9")]


def race(monkeypatch, orders: Path, commits: list[str]) -> list[str]:
    """Let a commit that replaces a file come between a snapshot and its compaction; return the attempts."""
    opened = TableFiles._open
    attempts: list[str] = []

    def open_then_lose(self: TableFiles) -> DeltaTable:
        table = opened(self)
        if commits:
            name = commits.pop()
            add_part(orders, ORDERS, name, lines(0), replaces=files_of(orders)[-1])
            attempts.append(name)
        return table

    monkeypatch.setattr(TableFiles, "_open", open_then_lose)
    return attempts


def test_a_race_with_ingest_is_run_again_on_a_fresh_snapshot(orders, store, monkeypatch):
    files = TableFiles(store, "orders")
    attempts = race(monkeypatch, orders, ["x1", "x2"])
    assert steps._patiently(lambda: files.compact(target_bytes=steps.TARGET_BYTES)) == 6
    assert attempts == ["x2", "x1"]
    assert len(files_of(orders)) == 1


def test_a_race_that_is_always_lost_waits_for_tomorrow_and_loses_no_row(orders, store, monkeypatch):
    files = TableFiles(store, "orders")
    race(monkeypatch, orders, ["x1", "x2", "x3"])
    assert steps._patiently(lambda: files.compact(target_bytes=steps.TARGET_BYTES)) is None
    assert rows_of(orders, "SELECT COUNT(*) FROM lake") == [(600,)]
    race(monkeypatch, orders, ["x4"])
    with pytest.raises(TryAgain, match="another commit to lake/orders came first"):
        files.compact(target_bytes=steps.TARGET_BYTES)


def test_an_append_in_between_is_no_race(orders, store, monkeypatch):
    opened = TableFiles._open
    extra = ["late"]

    def open_then_append(self: TableFiles) -> DeltaTable:
        table = opened(self)
        if extra:
            add_part(orders, ORDERS, extra.pop(), lines(7))
        return table

    files = TableFiles(store, "orders")
    monkeypatch.setattr(TableFiles, "_open", open_then_append)
    assert files.compact(target_bytes=steps.TARGET_BYTES) == 6
    assert len(files_of(orders)) == 2
    assert rows_of(orders, "SELECT COUNT(*) FROM lake") == [(700,)]


def test_every_table_that_is_there_is_looked_after(orders, tmp_path, store):
    add_part(tmp_path / "lake" / "products", PRODUCTS, "p", "SELECT 'p1' AS product_id, 3 AS price")
    report = steps.compact(store, keep_days=7)["tables"]
    assert {name: done["files"] for name, done in report.items()} == {"orders": 1, "products": 1}
    with pytest.raises(NotFound, match="no table 'events' yet"):
        TableFiles(store, "events")


@pytest.fixture
def function(client, store, monkeypatch):
    class Closing(FolderStore):
        def close(self) -> None:
            """Keep the folder."""

    monkeypatch.setattr("patronage.runtime.lake", lambda: Closing(store.root))
    return support.fresh_function("compact")


def test_the_function_answers_the_event_of_the_machine(orders, function):
    answer = function(support.event("states-compact-compact"))
    assert (answer["tables"]["orders"]["files_before"], answer["tables"]["orders"]["files"]) == (6, 1)


def test_the_function_logs_what_waits_for_tomorrow(orders, function, monkeypatch, caplog):
    race(monkeypatch, orders, ["x1", "x2", "x3", "x4"])  # the first falls to size()
    answer = function(support.event("states-compact-compact"))
    assert answer["tables"]["orders"]["compacted"] is None
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "table left for the next day"
    ]
