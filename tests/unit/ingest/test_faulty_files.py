"""Every faulty file gets the very report that is written down for it, below `faulty/`.

A case is NAME.toml: `about`; what is given with the file: `key`, `sidecar`, `settings`, `[dialects]`, `shop`;
and `[expected]`. The file itself lies beside it, or `faulty_files.py` makes it. Of `detected` only the named
entries are compared; everything else must be as it stands, and what is left out must be zero or empty.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from unit.ingest.faulty_files import FILES, HEADER

from patronage.logic.upload_keys import quarantine_key
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from tests_support import NOW, adds_up

if TYPE_CHECKING:
    from patronage.stores.lake import Lake

FOLDER = Path(__file__).with_name("faulty")
CASES = sorted(path.stem for path in FOLDER.glob("*.toml"))
LYING = {path.stem: path for path in FOLDER.iterdir() if path.suffix != ".toml"}
SLOW = {"gzip_bomb"}  # a gigabyte is unpacked
EVERY = 3
"""One in so many cases is tried in the short run; names that begin alike are of one rule."""
COUNTS = ("read", "kept", "refused", "repeated", "superseded")
NOTHING = {
    **dict.fromkeys(COUNTS, 0), "table": "orders", "refused_by_rule": {}, "doubts": [], "quarantine": [],
    "detected": {}, "select": "", "rows": []
}  # fmt: skip


def content_of(name: str) -> bytes:
    return LYING[name].read_bytes() if name in LYING else FILES[name]()


def report_of(name: str, case: dict[str, Any], lake: Lake, folder: Path) -> dict[str, Any]:
    """Ingest a case's file with what is given for it."""
    if "settings" in case:
        lake.store.write_bytes("settings/ingest.toml", case["settings"].encode())
    for dialect, text in case.get("dialects", {}).items():
        lake.store.write_bytes(f"settings/dialects/{dialect}", text.encode())
    shop = Shop(**{"currency": "GBP", "timezone": "Europe/London", **case.get("shop", {})})
    path = folder / "file"
    path.write_bytes(content_of(name))
    upload = Upload(
        path=path,
        key=case.get("key", f"raw/orders/{name}"),
        version="1",
        last_modified=NOW,
        sidecar=case.get("sidecar", ""),
    )
    report = ingest(upload, lake, shop, now=NOW)
    assert ingest(upload, lake, shop, now=NOW) == report
    return report


def told(report: dict[str, Any], expected: dict[str, Any], lake: Lake) -> dict[str, Any]:
    """Return of a report and of the lake what a case writes down."""
    if report["state"] == "unreadable":
        return {"state": "unreadable", "problem": report["problem"]}
    said = {name: report[name] for name in ("state", "table", "refused_by_rule", *COUNTS)}
    detected = {name: report["detected"].get(name) for name in expected["detected"]}
    rows = kept_rows(lake, report, expected["select"])
    places = ("line", "column", "rule", "raw")
    quarantine = [[each[name] for name in places] for each in refused(lake, report)]
    found = {"doubts": report.get("doubts", []), "detected": detected, "quarantine": quarantine}
    return {**said, **found, "rows": rows, "select": expected["select"]}


def refused(lake: Lake, report: dict[str, Any]) -> list[dict[str, Any]]:
    if not report["refused"]:
        return []
    lines = lake.store.read_bytes(quarantine_key(report["object"])).decode().splitlines()
    return [json.loads(line) for line in lines]


def kept_rows(lake: Lake, report: dict[str, Any], select: str) -> list[list[str]]:
    """Return what is asked of the kept rows, as text."""
    if not select or not report["kept"]:
        return []
    files = [str(path) for path in lake.snapshot(report["table"]).files()]
    with duckdb.connect() as connection:
        connection.sql("SET TimeZone = 'UTC'")
        connection.sql(f"CREATE VIEW kept AS FROM read_parquet({files})")
        rows = connection.sql(f"SELECT {select}").fetchall()
    return [["none" if cell is None else str(cell) for cell in row] for row in rows]


def marked(names: list[str]) -> list[Any]:
    return [
        pytest.param(name, marks=pytest.mark.slow) if name in SLOW or place % EVERY else name
        for place, name in enumerate(names)
    ]


@pytest.mark.parametrize("name", marked(CASES))
def test_a_faulty_file_gets_the_report_that_is_written_down(name, lake, tmp_path):
    case = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    expected = case["expected"]
    if expected["state"] != "unreadable":
        expected = NOTHING | expected

    report = report_of(name, case, lake, tmp_path)

    assert told(report, expected, lake) == expected
    if report["state"] != "unreadable":
        assert adds_up(report)
        assert Counter(each["rule"] for each in refused(lake, report)) == report["refused_by_rule"]
        assert set(report["rules"]) == set(report["refused_by_rule"])


def test_a_row_of_five_megabytes_is_refused_alone(ingest_text, lake):
    rows = [f"o{n},c,p,1,2.50,2026-01-02\n" for n in range(6)]
    rows[4] = f"long,{'x' * (5 << 20)},p,1,2.50,2026-01-02\n"

    report = ingest_text(HEADER + "".join(rows))

    assert (report["kept"], report["refused_by_rule"]) == (5, {"line-too-long": 1})
    assert [(each["line"], each["rule"]) for each in refused(lake, report)] == [(6, "line-too-long")]


def test_there_are_enough_cases_and_each_has_one_file():
    assert len(CASES) >= 60
    assert sorted([*LYING, *FILES]) == CASES
