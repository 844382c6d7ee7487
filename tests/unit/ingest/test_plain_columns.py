"""Plain columns, which the reader of a CSV file turns into values, give what reading texts gives."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest

from patronage.engines.clock import clock_changes
from patronage.engines.duckdb import DuckEngine
from patronage.logic.ingest.values import clock_sql
from patronage.settings import Shop
from patronage.steps.ingest import guessing, ingest, judging
from patronage.steps.ingest import source as source_module
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import some

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from patronage.steps.ingest import Upload

NOW = datetime(2026, 1, 10, tzinfo=UTC)
LONDON = Shop(currency="GBP", timezone="Europe/London")
HEADER = ["order_id", "line", "customer_id", "product_id", "description", "quantity", "unit_price"]
HEADER += ["discount", "currency", "ordered_at", "country", "channel"]
ZONES = ["Europe/London", "America/New_York", "Asia/Kolkata", "Africa/Casablanca", "Pacific/Apia"]
ZONES += ["Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Gaza", "Europe/Dublin", "UTC"]
ODD = {
    "line": ["", "0", "7", "07"],
    "customer_id": ["", " ", "0", "c_1"],
    "product_id": ["", "p_1"],
    "description": ["", "Mug, blue", 'a "good" one', "two\nlines", "Tasse übergroß"],
    "quantity": ["", "two", "0", "-1", "1_000", "1e2", " 2 ", "1.5", "0x1F", "99999999999999999", "2-"],
    "unit_price": ["", "free", "-1", "£2.50", "1,234.50", "0.00125", "inf", "nan", ".5", "5.", "+5", "(2)"],
    "discount": ["", "0", "1", "-1", "99999", "1 %"],
    "currency": ["", "gbp", " GBP", "EUR", "XXX"],
    "ordered_at": [
        *("", "epoch", "infinity", "2025-03-30 01:30:00", "2025-10-26 01:30:00", "2025-02-30 00:00:00"),
        *("2025-01-02", "2025-01-02T03:04:05", "2025-01-02 03:04:05+02", "24-01-01 00:00:00"),
        *("1899-12-31 00:00:00", "2027-01-01 00:00:00", "1970-01-01 00:00:00", " 2025-01-02 03:04:05 "),
        "2025-1-2 3:4:5",
    ],
    "country": ["", "Åland", "united kingdom"],
    "channel": ["", "fax"],
}


def lines_of(seed: int, *, rows: int = 600, oddness: float) -> list[list[str]]:
    """Return rows in the form of most exports, some of whose cells are odd."""
    rng = random.Random(seed)  # noqa: S311  a test's data
    lines = []
    for number in range(rows):
        at = datetime(2025, 1, 1) + timedelta(minutes=rng.randrange(500_000))
        cells = [
            f"{1000 + number // 3}",
            str(number % 3 + 1),
            f"c{rng.randrange(90)}",
            f"p{rng.randrange(9)}",
        ]
        cells += [f"Product {rng.randrange(9)}", str(rng.randrange(1, 5)), f"{rng.randrange(1, 900):d}.25"]
        cells += [rng.choice(["0", "0.10"]), "GBP", f"{at:%Y-%m-%d %H:%M:%S}"]
        cells += [rng.choice(["France", "United Kingdom"]), rng.choice(["web", "shop"])]
        for column, texts in ODD.items():
            # The first rows are the sample that tells what is plain.
            if number > rows // 4 and rng.random() < oddness:
                cells[HEADER.index(column)] = rng.choice(texts)
        lines.append(cells)
    if oddness:
        lines += [*rng.sample(lines, 3), ["too", "few"], [*lines[0], "too many"]]
    return lines


def as_csv(rows: Sequence[Sequence[str]], *, delimiter: str = ",", newline: str = "\n") -> str:
    def cell(text: str) -> str:
        return f'"{text.replace(chr(34), chr(34) * 2)}"' if {delimiter, '"', "\n"} & {*text} else text

    return "".join(delimiter.join(map(cell, row)) + newline for row in [HEADER, *rows])


def outcome(upload: Upload, folder: Path, shop: Shop) -> tuple[object, ...]:
    """Ingest and return all that is left of it: the report, the lake's rows and the refused rows."""
    lake = Lake(FolderStore(folder))
    report = ingest(upload, lake, shop, now=NOW)
    key = f"lake/quarantine/{report['object']}.jsonl"
    refused = lake.store.read_bytes(key) if lake.store.exists(key) else b""
    snapshot = lake.snapshot("orders")
    files = [str(snapshot.staged(file)) for file in snapshot.contents()]
    rows = duckdb.sql(f"SELECT * FROM read_parquet({files}) ORDER BY ALL").fetchall() if files else []
    return report, rows, refused


@pytest.fixture
def ways(monkeypatch):
    """Return a function that ingests by the reader's values, and as texts, and counts what fell back."""
    texts_read = []

    def both(upload: Upload, tmp_path: Path, shop: Shop = LONDON) -> tuple[object, object, int]:
        as_texts = judging.Judge._as_texts
        monkeypatch.setattr(
            judging.Judge, "_as_texts", lambda self, chunk: texts_read.append(1) or as_texts(self, chunk)
        )
        by_reader = outcome(upload, tmp_path / "by-reader", shop)
        fell_back = len(texts_read)
        monkeypatch.setattr(guessing, "with_plain_columns", lambda plan, *_: plan)
        return by_reader, outcome(upload, tmp_path / "as-texts", shop), fell_back

    return both


@pytest.mark.parametrize("seed", some(range(60), every=60))
def test_any_odd_cells_give_what_reading_texts_gives(seed, upload_text, tmp_path, ways, monkeypatch):
    monkeypatch.setattr(source_module, "CHUNK_BYTES", random.Random(seed).choice([3_000, 20_000, 1 << 20]))  # noqa: S311
    rows = lines_of(seed, oddness=[0.001, 0.01, 0.05][seed % 3])
    text = as_csv(rows, newline="\r\n" if seed % 4 == 3 else "\n")

    by_reader, as_texts, _ = ways(upload_text(text), tmp_path)

    assert by_reader == as_texts


@pytest.mark.parametrize("odd", some(((name, text) for name in ODD for text in ODD[name]), every=9), ids=str)
def test_one_odd_cell_gives_what_reading_texts_gives(odd, upload_text, tmp_path, ways):
    column, text = odd
    rows = lines_of(1, rows=40, oddness=0)
    rows[30][HEADER.index(column)] = text

    by_reader, as_texts, _ = ways(upload_text(as_csv(rows)), tmp_path)

    assert by_reader == as_texts


def test_cells_that_are_refused_as_texts_too_do_not_make_the_chunk_be_read_again(upload_text, tmp_path, ways):
    rows = lines_of(2, oddness=0)
    rows[300][5], rows[301][6] = "two", "-3"

    by_reader, as_texts, fell_back = ways(upload_text(as_csv(rows)), tmp_path)

    assert by_reader == as_texts
    assert by_reader[0]["refused_by_rule"] == {"quantity-not-a-number": 1, "unit-price-negative": 1}
    assert fell_back == 0


def test_a_column_that_proves_not_to_be_plain_is_read_as_text_from_then_on(
    upload_text, tmp_path, ways, monkeypatch
):
    monkeypatch.setattr(source_module, "CHUNK_BYTES", 5_000)
    rows = lines_of(3, rows=500, oddness=0)
    for row in rows[200:]:
        row[10] = "Germany"

    by_reader, as_texts, fell_back = ways(upload_text(as_csv(rows)), tmp_path)

    assert by_reader == as_texts
    assert fell_back <= 4  # once a worker


def test_decimal_commas_are_plain_too(upload_text, tmp_path, ways):
    rows = lines_of(4, rows=60, oddness=0)
    for row in rows:
        row[6] = row[6].replace(".", ",")
        row[7] = row[7].replace(".", ",")
    rows[50][6] = "1.234,50"

    by_reader, as_texts, _ = ways(upload_text(as_csv(rows, delimiter=";")), tmp_path)

    assert by_reader == as_texts
    assert by_reader[0]["refused"] == 0


@pytest.mark.parametrize("zone", some(ZONES, every=5))
def test_the_clock_of_a_zone_is_that_of_timezone(zone):
    with DuckEngine(Shop(currency="GBP", timezone=zone)) as engine:
        changes = clock_changes(engine.connection, zone, first=2004, last=2028)
        sql = clock_sql("wall", changes, zone=zone)
        found = engine.row(
            "SELECT COUNT(*) AS n, COUNT(expected) AS told FROM ("
            f"SELECT timezone('{zone}', wall) AS expected, {sql} AS instant FROM ("
            "SELECT UNNEST(generate_series(TIMESTAMP '2002-01-01', "
            "TIMESTAMP '2031-01-01', INTERVAL 15 MINUTE)) AS wall)) WHERE instant = expected"
        )
    assert found["n"] == found["told"] == 29 * 365.25 * 96 + 1 - 0.25 * 96
