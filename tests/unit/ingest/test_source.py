"""A file's first chunk is read once, however often it is looked at before the pass over the file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from workbook_support import row, workbook

from patronage.engines.reading import TextSource, _workbook, recognise
from patronage.settings import Shop
from patronage.steps.ingest import ingest
from patronage.steps.ingest.source import Source
from tests_support import NOW

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
ROWS = "".join(f"o{n:03},c,p,1,2.50,2026-01-02\n" for n in range(40))


@pytest.fixture
def openings(monkeypatch):
    """Count how often a text is read from its start."""
    read, made = TextSource.__iter__, []
    monkeypatch.setattr(TextSource, "__iter__", lambda text: made.append(text) or read(text))
    return made


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + ROWS)
    return Source(path, recognise(path), chunk_bytes=300)


def contents(source):
    return b"".join(chunk.content for chunk in source.chunks()).decode()


def test_a_walk_goes_on_from_the_first_chunk(source, openings):
    first = source.first()

    assert source.first() is first
    assert next(source.chunks()) is first
    assert len(openings) == 1


def test_each_walk_gives_the_whole_file(source, openings):
    source.first()

    assert [contents(source) for _ in range(3)] == [ROWS] * 3
    assert len(openings) == 3


def test_another_form_reads_the_file_anew(source, openings):
    source.first()
    source.format = replace(source.format, has_header=False)

    assert source.first().content.decode().startswith(HEADER)
    assert contents(source) == HEADER + ROWS
    assert len(openings) == 2


@pytest.mark.parametrize(("chunk_bytes", "times"), [(1 << 20, 1), (300, 2)])
def test_a_file_of_one_chunk_came_whole(source, openings, chunk_bytes, times, monkeypatch):
    monkeypatch.setattr("patronage.steps.ingest.source.CHUNK_BYTES", chunk_bytes)
    source.chunk_bytes = 0
    source.first()
    source.whole = True

    assert [chunk.content.decode() for chunk in source.chunks()] == [ROWS]
    assert len(openings) == times


def test_a_file_without_rows_has_no_first_chunk(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(HEADER)
    source = Source(path, recognise(path))

    assert source.first() is None
    assert list(source.chunks()) == []


def test_a_workbook_is_loaded_to_recognise_it_and_to_read_it(upload_text, lake, monkeypatch):
    opened, made = _workbook.opened_workbook, []
    monkeypatch.setattr(_workbook, "opened_workbook", lambda *args: made.append(args) or opened(*args))
    sheet = row(1, *HEADER.strip().split(",")) + row(2, "o1", "c1", "p1", 1, 2.5, "2026-01-02")

    report = ingest(upload_text(workbook({"Orders": sheet})), lake, Shop(), now=NOW)

    assert (report["kept"], len(made)) == (1, 2)
