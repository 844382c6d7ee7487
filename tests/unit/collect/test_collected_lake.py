"""What the API took arrives in the lake: the very lines that Firehose delivers, ingested."""

from __future__ import annotations

import gzip

import pytest

from collect_support import SHOP, STRANGER, Storefront, visitor
from dialect_support import rows_of
from patronage.engines.duckdb import DuckEngine
from patronage.logic.collect.events import LINE_FIELDS
from patronage.logic.queries import query
from patronage.logic.tables import EVENTS
from patronage.settings import Shop
from tests_support import some

KEY = "raw/events/2026/01/10/12/Patronage-Stream-1-2026-01-10-12-00-00-0b1c"
IDS = [
    "a/b",
    "Zoë",
    "日本",
    "x" * 256,
    "00123",
    "123",
    "12.0",
    "null",
    "nan",
    "(not set)",
    "a\nb",
    'a"b\\c',
    "{}",
]
IDS += ["1e5", "a\u2028b", "a\0b", "😀", "a b", "=1+1", "%2F", "ann@example.com"]
COLUMNS = [
    column.name for column in EVENTS.source_columns if column.name not in {"updated_at", "is_simulated"}
]
FULL = {
    "event_id": "e1",
    "event_type": "cart_add",
    "customer_id": "ann",
    "session_id": "s",
    "product_id": "mug",
    "occurred_at": "2026-01-10T13:30:00.25+02:00",
    "quantity": 1.234,
    "unit_price": "1234.5",
    "currency": "USD",
    "order_id": "7",
    "query": "tea, green",
    "category": "Kitchen > Mugs",
    "device": "mobile",
    "country": "GB",
    "channel": "recommendation / basket",
    "recommendation_id": "r1~als~g1~~~basket~us~0a1b2c3d",
    "placement": "basket",
    "position": 2,
}


def ingested(ingest_text, lake, lines, *, packed=False, key=KEY):
    content = b"".join(lines)
    report = ingest_text(gzip.compress(content) if packed else content, key=key)
    assert (report["state"], report["refused"]) == ("done", 0), report
    assert (report["table"], report["detected"]["dialect"]) == ("events", "collected-events")
    return report, rows_of(lake, "events")


def test_a_line_holds_what_the_table_holds():
    assert sorted(LINE_FIELDS) == sorted([*COLUMNS, "collected_at"])


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_every_value_arrives_as_it_was_sent(storefront, ingest_text, lake, packed):
    storefront.one(SHOP, **FULL)

    report, rows = ingested(ingest_text, lake, storefront.stream.lines, packed=packed)

    names = ", ".join(f"{name}::VARCHAR AS {name}" for name in COLUMNS)
    (row,) = rows.project(names).fetchall()
    expected = FULL | {
        "occurred_at": "2026-01-10 11:30:00.25+00",
        "quantity": "1.2340",
        "unit_price": "1234.5000",
        "position": "2",
    }
    assert dict(zip(COLUMNS, row, strict=True)) == expected
    assert "doubts" not in report


@pytest.mark.parametrize(
    "ids", some([IDS, *([each] for each in IDS)], every=5), ids=lambda ids: ascii(ids[0][:9])
)
def test_ids_arrive_byte_for_byte(storefront, ingest_text, lake, ids):
    """Also where an object holds one event alone, of which nothing but its ids can be told."""
    events = [
        {"event_type": "view", "event_id": f"{each}", "user_id": each, "session_id": each, "product_id": each}
        for each in ids
    ]
    assert storefront.post({"events": events}, SHOP).status == 202

    _, rows = ingested(ingest_text, lake, storefront.stream.lines)

    found = rows.project("event_id, customer_id, session_id, product_id").fetchall()
    assert sorted(found) == sorted((each,) * 4 for each in ids)


def test_the_same_event_delivered_twice_is_one_row(storefront, ingest_text, lake):
    storefront.post({"events": [{**FULL, "event_id": each} for each in ("1", "2")]}, SHOP)
    first, second = storefront.stream.lines

    ingested(ingest_text, lake, [first, second, first])
    _, rows = ingested(ingest_text, lake, [second], key=f"{KEY}-again")

    assert sorted(rows.project("event_id").fetchall()) == [("1",), ("2",)]


def test_events_that_say_little_arrive_too(storefront, ingest_text, lake):
    storefront.one(STRANGER, event_type="view", session_id="s")
    storefront.one(visitor("ann"), event_type="search", query="007")

    _, rows = ingested(ingest_text, lake, storefront.stream.lines)

    found = rows.project("event_type, customer_id, session_id, product_id, query").fetchall()
    assert set(found) == {("view", None, "s", None, None), ("search", "ann", None, None, "007")}


def test_journeys_begin_before_the_login(ingest_text, lake):
    storefront = Storefront()
    storefront.one(
        STRANGER, event_type="view", product_id="a", session_id="s", occurred_at="2026-01-10T11:00:00Z"
    )
    storefront.one(
        STRANGER, event_type="view", product_id="b", session_id="t", occurred_at="2026-01-10T11:01:00Z"
    )
    storefront.one(visitor("ann", "s"), event_type="view", product_id="c", occurred_at="2026-01-10T11:05:00Z")
    storefront.one(visitor("bob"), event_type="view", session_id="t", occurred_at="2026-01-10T11:06:00Z")
    ingested(ingest_text, lake, storefront.stream.lines)

    with DuckEngine(Shop(currency="GBP", timezone="UTC"), threads=1) as engine:
        files = ", ".join(f"'{path}'" for path in lake.snapshot("events").files())
        engine.run(f"CREATE TABLE events AS FROM read_parquet([{files}])")
        engine.table("session_events", query("session_events"), gap_seconds=1800)
        found = engine.rows("SELECT visitor_id, product_id FROM session_events ORDER BY occurred_at")

    assert [(row["visitor_id"], row["product_id"]) for row in found] == [
        ("ann", "a"),
        ("session:t", "b"),
        ("ann", "c"),
        ("bob", None),
    ]
