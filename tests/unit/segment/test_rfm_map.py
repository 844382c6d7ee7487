from __future__ import annotations

from itertools import product

import duckdb
import pytest

from patronage.errors import BadInput
from patronage.logic.segments import SEGMENTS, default_map, read_map
from patronage.logic.segments.options import MAP
from patronage.logic.segments.rfm import BOUGHT
from patronage.steps.pin import pin
from patronage.steps.segment import rfm
from tests_support import NOW

HEADER = "r,fm1,fm2,fm3,fm4,fm5"
ORDERS = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n" + "".join(
    f"o{n},c{n},p,1,{n + 1},2026-01-0{1 + n % 5}\n" for n in range(20)
)


def own(*, cell: str = "lost", separator: str = ",") -> str:
    """A map that has one segment in all cells but (1, 5), which holds `cell`."""
    rows = [[r, *["lost"] * 4, cell if r == 1 else "lost"] for r in range(1, 6)]
    lines = [HEADER.split(","), *rows]
    return "\n".join(separator.join(map(str, line)) for line in lines) + "\n"


def test_every_code_has_exactly_one_segment_and_every_segment_a_code():
    cells = {(r, fm): segment_id for r, fm, segment_id in default_map()}
    codes = {(r, f, m): cells[r, (f + m + 1) // 2] for r, f, m in product(range(1, 6), repeat=3)}
    assert len(codes) == 125
    assert set(codes.values()) == set(BOUGHT) == set(SEGMENTS) - {"no_purchase"}


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("cell", ["at_risk", "At Risk", " AT RISK "])
def test_a_map_names_segments_by_name_or_id_in_any_spreadsheets_csv(cell, separator):
    cells = {
        (r, fm): segment_id for r, fm, segment_id in read_map("\ufeff" + own(cell=cell, separator=separator))
    }
    assert cells.pop((1, 5)) == "at_risk"
    assert len(cells) == 24
    assert set(cells.values()) == {"lost"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has the columns"),
        (own().replace("fm3", "fm9"), "needs r, fm1"),
        (own().replace("\n5,", "\n4,"), "one row for each r from 1 to 5, and has r '1', '2', '3', '4', '4'"),
        (own().replace("\n5,", "\nV,"), "and has r '1', '2', '3', '4', 'V'"),
        (HEADER + "\n5,lost,lost,lost,lost,lost\n", "and has r '5'"),
        (HEADER + "\n", "and has r none"),
        (own(cell="Cannot Loose Them"), "at r 1, fm 5 names 'Cannot Loose Them', .* mean cannot_lose_them"),
        (own(cell="No Purchase"), "which is no segment"),
        (own(cell=""), "at r 1, fm 5 names ''"),
        (own().replace(",lost\n", "\n", 1), "at r 1, fm 5 names None"),
        (own(cell='"lost'), "no CSV at line"),
    ],
)
def test_a_faulty_map_is_refused_with_its_place_and_the_next_step(text, said):
    with pytest.raises(BadInput, match=said) as refused:
        read_map(text, place=MAP)
    assert str(refused.value).startswith("settings/rfm_map.csv")
    assert "correct the file, or remove it" in str(refused.value)


def test_a_run_keeps_to_the_map_that_it_pinned(ingest_text, lake, shop):
    ingest_text(ORDERS)
    lake.store.write_bytes(MAP, own().encode())
    pin("run", "segments", lake, shop, now=NOW)
    lake.store.write_bytes(MAP, b"spoiled")
    rfm.rfm("run", lake)
    path = lake.store.staged("runs/run/segments/rfm.parquet")
    assert duckdb.sql(f"SELECT DISTINCT segment_id, scored_segment_id FROM '{path}'").fetchall() == [
        ("lost", "lost")
    ]


@pytest.mark.parametrize("text", [b"", b"spoiled", own().encode("utf-16")])
def test_a_run_does_not_begin_on_a_faulty_map(ingest_text, lake, shop, text):
    ingest_text(ORDERS)
    lake.store.write_bytes(MAP, text)
    with pytest.raises(BadInput, match=r"settings/rfm_map\.csv"):
        pin("run", "segments", lake, shop, now=NOW)


def test_a_map_has_no_place_in_the_settings_text(ingest_text, lake, shop):
    ingest_text(ORDERS)
    lake.store.write_bytes("settings/segments.toml", b'rfm_map = "r,fm1"')
    with pytest.raises(BadInput, match=r"upload the map as settings/rfm_map\.csv"):
        pin("run", "segments", lake, shop, now=NOW)
