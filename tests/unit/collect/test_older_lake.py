"""A lake from before events named the answer of recommendations stays readable and writable."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deltalake import DeltaTable

from collect_support import SHOP, Storefront
from lake_support import add_part
from patronage.logic.tables import EVENTS
from patronage.settings import Shop
from patronage.steps.compact import compact
from patronage.steps.erase.exporting import write_zip
from patronage.steps.erase.subject import Subject
from patronage.steps.erase.tables import erase_rows
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin_without_orders, pinned_engine

LATER = {"recommendation_id", "placement", "position", "is_simulated"}
BEFORE = replace(EVENTS, columns=tuple(column for column in EVENTS.columns if column.name not in LATER))
GBP = Shop(currency="GBP", timezone="Europe/London")
NOW = datetime(2026, 2, 1, tzinfo=UTC)
SHOWN = {"recommendation_id": "r1~als~g1~~~basket~u~0a1b2c3d", "placement": "basket", "position": 3}
_OLD = """
SELECT *, occurred_at AS received_at, 'raw/events/old' AS object_key, 'old' AS object_id FROM (VALUES
    ('old-1', 'click', 'ann', 's', 'mug', TIMESTAMPTZ '2026-01-01 10:00:00+00'),
    ('old-2', 'view', 'bob', 't', 'mug', TIMESTAMPTZ '2026-01-01 11:00:00+00')
) AS rows (event_id, event_type, customer_id, session_id, product_id, occurred_at)
"""


@pytest.fixture
def older(lake):
    """Return a lake with two events under the old schema."""
    root = lake.store.uri("lake/events")
    add_part(Path(root), BEFORE, "old", _OLD)
    assert not LATER & {field.name for field in DeltaTable(root).schema().fields}
    return lake


def added(lake, ingest_text, **event):
    storefront = Storefront()
    storefront.one(SHOP, event_type="click", user_id="ann", session_id="s", product_id="bowl", **event)
    report = ingest_text(b"".join(storefront.stream.lines), key="raw/events/new")
    assert (report["state"], report["refused"], report["kept"]) == ("done", 0, 1), report


def seen(lake):
    """Return what a run reads of the events: ids, answers and places."""
    pin_without_orders("run", "ratings", lake, GBP, now=NOW)
    with pinned_engine(Manifest.load(lake.store, "run"), lake, "events") as engine:
        rows = engine.rows("SELECT event_id, recommendation_id, placement, position FROM events")
    return {row.pop("event_id"): tuple(row.values()) for row in rows}


def test_a_run_reads_events_from_before(older):
    assert seen(older) == {"old-1": (None, None, None), "old-2": (None, None, None)}


def test_new_events_join_the_old_ones(older, ingest_text):
    added(older, ingest_text, event_id="new", **SHOWN)

    assert seen(older) == {
        "old-1": (None, None, None),
        "old-2": (None, None, None),
        "new": tuple(SHOWN.values()),
    }
    fields = DeltaTable(older.store.uri("lake/events")).schema().fields
    assert {field.name for field in fields} == {column.name for column in EVENTS.columns}


def test_a_file_from_before_is_written_anew_where_one_of_its_rows_is_superseded(older, ingest_text):
    added(older, ingest_text, event_id="old-1", **SHOWN)

    assert seen(older) == {"old-1": tuple(SHOWN.values()), "old-2": (None, None, None)}


def test_compaction_keeps_both(older, ingest_text):
    added(older, ingest_text, event_id="new", **SHOWN)

    tended = compact(older.store, keep_days=7, tables=["events"])["tables"]["events"]

    assert (tended["files_before"], tended["files"]) == (2, 1)
    assert seen(older)["new"] == tuple(SHOWN.values())
    assert seen(older)["old-1"] == (None, None, None)


def test_an_erasure_writes_both_kinds_of_files(older, ingest_text):
    added(older, ingest_text, event_id="new", **SHOWN)
    added_by_bob = Storefront()
    added_by_bob.one(SHOP, event_type="click", user_id="bob", product_id="jug", event_id="b", **SHOWN)
    ingest_text(b"".join(added_by_bob.stream.lines), key="raw/events/bob")

    gone = erase_rows("events", Subject(customer_id="ann"), older, GBP)

    assert gone["rows"] == 2
    assert seen(older) == {"old-2": (None, None, None), "b": tuple(SHOWN.values())}


def test_an_erasure_of_a_lake_from_before_needs_no_new_columns(older):
    assert erase_rows("events", Subject(customer_id="ann"), older, GBP)["rows"] == 1
    assert set(seen(older)) == {"old-2"}


def test_a_customer_s_export_holds_both(older, ingest_text, tmp_path):
    added(older, ingest_text, event_id="new", **SHOWN)

    files = write_zip(tmp_path / "data.zip", Subject(customer_id="ann"), older, GBP, {})

    assert files == {"events.csv": 2}
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        assert SHOWN["recommendation_id"] in archive.read("events.csv").decode()


def test_an_id_made_of_the_content_of_a_file_is_the_one_from_before(lake, ingest_text):
    ingest_text(
        "event_type,session_id,product_id,occurred_at\nview,s,mug,2026-01-01T10:00:00Z\n",
        key="raw/events/own.csv",
    )
    cells = ["view", "", "s", "mug", "2026-01-01T10:00:00Z", *[""] * 9]

    assert list(seen(lake)) == [hashlib.md5("\x1f".join(cells).encode()).hexdigest()]  # noqa: S324


def test_places_of_a_file_are_whole_numbers_from_1(lake, ingest_text):
    places = ["1", "2.0", "", "0", "1.5", "first", *["3"] * 20]
    rows = [f"e{number},click,2026-01-01T10:00:00Z,mug,{place}" for number, place in enumerate(places)]
    header = "event_id,event_type,occurred_at,product_id,position"

    report = ingest_text("\n".join([header, *rows]), key="raw/events/own.csv")

    found = [row[2] for _, row in sorted(seen(lake).items(), key=lambda each: int(each[0][1:]))]
    assert found == [1, 2, None, *[3] * 20]
    assert report["refused_by_rule"] == {"position-too-low": 1, "position-not-a-whole-number": 2}
