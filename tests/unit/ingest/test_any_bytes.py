"""Whatever bytes come, ingest ends with a report, and every row that was read has exactly one fate."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from unit.ingest.faulty_files import FILES, GOOD, HEADER

from patronage.logic.upload_keys import quarantine_key
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import NOW, adds_up, examples, some

SHOP = Shop(currency="GBP", timezone="Europe/London", max_refused_share=0.9)
KEYS = st.sampled_from(["raw/orders/a", "raw/events/a", "raw/products/a", "raw/a", "b"])
DOCUMENTS = [
    json.dumps(dict(zip(HEADER.strip().split(","), row.strip().split(","), strict=True))) for row in GOOD
]
TEXTS = {
    "plain": HEADER + "".join(GOOD),
    "quoted": HEADER + "".join(f'o{n},"c,{n}","p\n""{n}""",1,2.50,2026-01-02\n' for n in range(6)),
    "accents": HEADER + "".join(f"o{n},Zoë Łukasz,p,1,2.50,2026-01-02\n" for n in range(6)),
    "semicolons": (HEADER + "".join(GOOD)).replace(",", ";").replace("2.50", "1.234,50"),
    "windows lines": (HEADER + "".join(GOOD)).replace("\n", "\r\n"),
    "lines with ids": "order_id,line,customer_id,product_id,quantity,unit_price,ordered_at,updated_at\n"
    + "".join(f"o{n % 3},{n % 2},c,p,{n},2.50,02/01/2026,1767355200\n" for n in range(1, 9)),
    "events": "event_type,customer_id,product_id,occurred_at\n"
    "view,u,p,1767355200000\nclick,,p,1767355201000\n",
    "products": "product_id,title,price,is_active\np1,Lamp,£2.50,yes\np2,Cup,€3.50,no\n",
    "json lines": "\n".join(DOCUMENTS),
    "json array": "[" + ",\n".join(DOCUMENTS) + "]",
    "json object": '{"orders": [' + ",\n".join(DOCUMENTS) + "]}",
}
PACKED = (
    "gzip_of_two_parts",
    "zip_of_a_mac",
    "parquet_with_a_bad_row",
    "workbook_of_dates_and_floats",
    "utf_16_le_with_a_mark",
)
GOOD_FILES = {name: text.encode() for name, text in TEXTS.items()} | {name: FILES[name]() for name in PACKED}
CELLS = ["", " ", "0", "-1", "1e5", "NaN", "infinity", "1.234", "1,5", "£3", "€3", "31/02/2025", "2026-01-02",
         "0044-03-15 (BC)", "9" * 20, '"', "'", '"a\nb"', "\0", "\xff", "null", "{}", "[1]", "\\",
         "02/01/2026 10:00", "1767355200", "Zoë", "x" * 1100, ",", ";", "\r", "\n\n", "GBP"]  # fmt: skip
STARTS = [b"", b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"PK\x03\x04", b"PAR1", b"\xff\xfe", b"\xef\xbb\xbf", b"[{",
          b'{"order_id":', b"order_id\n", b"product_id,title\n", b"user_id,event,ts\n"]  # fmt: skip


def brief(count: int) -> settings:
    return settings(
        max_examples=examples(count),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def check(content: bytes, key: str) -> None:
    """Ingest bytes thrice: as an upload, as its event repeated, and under another name."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lake = Lake(FolderStore(folder / "lake"))
        path = folder / "file"
        path.write_bytes(content)
        first = Upload(path=path, key=key, version="1", last_modified=NOW)
        other = Upload(path=path, key=f"{key}-again", version="1", last_modified=NOW + timedelta(hours=1))

        report = ingest(first, lake, SHOP, now=NOW, workers=1)

        if report["state"] == "unreadable":
            assert len(report["problem"]) > 20
        else:
            assert adds_up(report)
            assert report["kept"] == rows_in(lake, report["table"])
            assert quarantined(lake, report) == report["refused_by_rule"]
        assert ingest(first, lake, SHOP, now=NOW, workers=1) == report
        changes_nothing(other, report, lake)


def rows_in(lake: Lake, table: str) -> int:
    files = [str(path) for path in lake.snapshot(table).files()] if lake.snapshot(table).version >= 0 else []
    with duckdb.connect() as connection:
        return connection.sql(f"SELECT COUNT(*) FROM read_parquet({files})").fetchall()[0][0] if files else 0


def quarantined(lake: Lake, report: dict[str, Any]) -> Counter[str]:
    """Count by rule what the quarantine lists."""
    if not report["refused"]:
        return Counter()
    lines = lake.store.read_bytes(quarantine_key(report["object"])).decode().splitlines()
    return Counter(json.loads(line)["rule"] for line in lines)


def changes_nothing(again: Upload, report: dict[str, Any], lake: Lake) -> None:
    """Assert that the same bytes under another name leave the lake as it is."""
    before = lake.snapshot(report["table"]).version if report["state"] != "unreadable" else None

    second = ingest(again, lake, SHOP, now=NOW, workers=1)

    assert second["state"] == report["state"]
    if report["state"] != "unreadable":
        assert adds_up(second)
        assert (second["read"], second["kept"]) == (report["read"], 0)
        assert lake.snapshot(report["table"]).version == before


@st.composite
def damaged(draw: st.DrawFn, names: st.SearchStrategy[str]) -> bytes:
    """Draw a good file with some of its bytes flipped, cut out, put twice or put in."""
    content = GOOD_FILES[draw(names)]
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 40))
        piece = content[at : at + length]
        change = draw(st.sampled_from(["flip", "cut", "twice", "put", "end"]))
        if change == "flip":
            content = content[:at] + bytes(255 - byte for byte in piece[:2]) + content[at + 2 :]
        elif change == "end":
            content = content[:at]
        else:
            new = {"cut": b"", "twice": piece * 2, "put": draw(st.binary(max_size=4)) + piece}[change]
            content = content[:at] + new + content[at + length :]
    return content


RAW = st.tuples(st.sampled_from(STARTS), st.binary(max_size=200))
ROWS = st.lists(st.lists(st.sampled_from([*CELLS, "o1", "1", "2.50"]), min_size=5, max_size=7), max_size=8)
DAMAGED_TEXTS = damaged(st.sampled_from(sorted(TEXTS)))
DAMAGED_PACKED = damaged(st.sampled_from(PACKED))


def below_header(rows: list[list[str]]) -> bytes:
    text = HEADER + "".join(GOOD[:3]) + "".join(",".join(row) + "\n" for row in rows)
    return text.encode("latin-1", "replace")


@brief(20)
@given(RAW, KEYS)
def test_any_bytes_end_with_a_report(content, key):
    check(b"".join(content), key)


@brief(20)
@given(st.binary(max_size=200), KEYS)
def test_any_bytes_below_a_good_header_end_with_a_report(rest, key):
    check(HEADER.encode() + rest, key)


@pytest.mark.slow
@brief(30)
@example([["", "", "", "", '"'], ["", "", "", "", '"a\nb"']])
@example([["", "", '"', "\r", ""], ["", "", "", "", "\0"], ["", "", "", '"a\nb"', '"']])
@given(ROWS)
def test_any_cells_below_a_good_header_end_with_a_report(rows):
    check(below_header(rows), "raw/orders/a")


@brief(25)
@given(DAMAGED_TEXTS, KEYS)
def test_any_damage_to_a_text_ends_with_a_report(content, key):
    check(content, key)


@brief(25)
@given(DAMAGED_PACKED, KEYS)
def test_any_damage_to_a_packed_file_ends_with_a_report(content, key):
    check(content, key)


@pytest.mark.parametrize("name", some(sorted(GOOD_FILES), every=3))
def test_the_files_that_are_damaged_are_good(name, lake, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(GOOD_FILES[name])

    report = ingest(Upload(path=path, key="a", version="1", last_modified=NOW), lake, SHOP, now=NOW)

    assert adds_up(report)
    assert report["kept"] > 1 or name == "zip_of_a_mac"


@pytest.mark.slow
@brief(1500)
@given(
    st.one_of(
        RAW.map(b"".join),
        st.binary(max_size=400).map(HEADER.encode().__add__),
        ROWS.map(below_header),
        DAMAGED_TEXTS,
        DAMAGED_PACKED,
    ),
    KEYS,
)
def test_any_bytes_at_length_end_with_a_report(content, key):
    check(content, key)
