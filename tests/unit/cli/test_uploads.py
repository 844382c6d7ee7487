"""What `ingest`, `report` and `inspect` tell of a shop's files, in the process itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from patronage.cli.ingest import ingest
from patronage.cli.inspect import inspect
from patronage.cli.report import report
from patronage.cli.run import run
from patronage.errors import BadInput, NotFound
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"


def good(number: int) -> str:
    return f"o{number},c{number},p1,1,2.50,2025-01-{1 + number % 28:02d} 10:00:00\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(shop: Path) -> Callable[..., Path]:
    """Write a file of the shop, with a sidecar where one is given."""

    def write(name: str, content: str | bytes, *, sidecar: str | bytes = "") -> Path:
        path = shop / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if sidecar:
            beside = path.with_name(f"{path.name}.patronage.toml")
            beside.write_bytes(sidecar.encode() if isinstance(sidecar, str) else sidecar)
        return path

    return write


@pytest.fixture
def told(shop: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Call a command on the shop's lake and return what it prints."""

    def told(command: Callable[..., None], *arguments: Any, **options: Any) -> str:
        capsys.readouterr()
        command(*arguments, lake=shop / "lake", **options)
        return capsys.readouterr().out

    return told


def kept(shop: Path, columns: str = "order_id, product_id") -> list[tuple]:
    files = [str(path) for path in Lake(FolderStore(shop / "lake")).snapshot("orders").files()]
    return duckdb.sql(f"SELECT {columns} FROM read_parquet({files}) ORDER BY ALL").fetchall()


@pytest.mark.parametrize("elsewhere", [False, True])
def test_files_of_one_name_in_two_folders_are_two_parts_of_their_orders(
    write, told, shop, tmp_path_factory, elsewhere
):
    split = "split_orders = true\n"
    row = "o1,c1,{},1,2.50,2025-01-01\n"
    root = tmp_path_factory.mktemp("exports") if elsewhere else shop
    parts = [
        write(str(root / folder / "export.csv"), HEADER + row.format(product), sidecar=split)
        for folder, product in (("m1", "p1"), ("products", "p2"))
    ]

    told(ingest, parts)

    assert kept(shop) == [("o1", "p1"), ("o1", "p2")]


def test_a_newer_version_of_a_part_replaces_it_wherever_the_command_is_called(write, told, shop, monkeypatch):
    split = "split_orders = true\n"
    part = write("m1/export.csv", HEADER + "o1,c1,p1,1,2.50,2025-01-01\n", sidecar=split)
    told(ingest, [part.relative_to(shop)])
    part.write_text(HEADER + "o1,c1,p2,1,2.50,2025-01-01\n")
    monkeypatch.chdir(shop / "m1")

    told(ingest, [part.relative_to(shop / "m1")])

    assert kept(shop) == [("o1", "p2")]


def test_a_file_that_is_missing_or_unreadable_stops_no_other(write, told, shop, capsys):
    first, last = write("a.csv", HEADER + good(1)), write("b.csv", HEADER + good(2))
    nothing = write("nothing.csv", "nothing,of,a,shop\n1,2,3,4\n")

    with pytest.raises(BadInput) as failed:
        told(ingest, [first, shop / "missing.csv", nothing, last])

    assert [line.partition(": ")[0] for line in str(failed.value).splitlines()] == [
        f"{shop}/missing.csv is no file; name an export of the shop",
        str(nothing),
    ]
    assert [order for order, _ in kept(shop)] == ["o1", "o2"]


FAULTY = (
    [f"n{n},c,p,1,-1,2025-01-02\n" for n in range(4)]
    + [f"q{n},c,p,two,1,2025-01-02\n" for n in range(3)]
    + [f"z{n},c,p,0,1,2025-01-02\n" for n in range(2)]
    + ["i,c,,1,1,2025-01-02\n"]
)


def test_the_three_commonest_reasons_come_first_also_in_a_report_that_was_kept(write, told):
    file = write("five.csv", HEADER + "".join(map(good, range(60))) + "".join(FAULTY))

    printed = [told(ingest, [file]), told(report, "five.csv"), told(ingest, [file])]

    for text in printed:
        reasons = [line.strip() for line in text.splitlines() if " refused" in line][1:]
        assert [reason[:9] for reason in reasons] == ["4 refused", "3 refused", "2 refused", "1 refused"]
        assert reasons[3] == "1 refused for 1 other reason"
        assert "negative price" in reasons[0]


def test_a_file_that_is_refused_whole_says_so_with_the_share_and_the_limit(write, told, capsys):
    file = write("bad.csv", HEADER + "".join(map(good, range(20))) + "".join(FAULTY))

    with pytest.raises(BadInput, match="refused whole"):
        told(ingest, [file])

    for text in (capsys.readouterr().out, told(report, "bad.csv")):
        assert "  refused whole: 10 of 30 rows (33.3%) break a rule, more than the 20.0% of" in text
        assert "max_refused_share" in text
        assert "too large a share" not in text
        assert "  4 refused: the unit price" in text
    assert json.loads(told(report, "bad.csv", as_json=True))["state"] == "refused"
    assert " refused " in told(report)


def test_run_stops_at_a_file_that_is_refused_whole(write, told, shop):
    file = write("bad.csv", HEADER + "".join(map(good, range(20))) + "".join(FAULTY))

    with pytest.raises(BadInput, match=r"bad\.csv was refused whole: 10 of 30 rows \(33\.3%\)"):
        told(run, file, out=shop / "out")


def test_what_a_newer_file_takes_out_of_the_lake_is_printed(write, told):
    row = "o{},c1,{},1,2.50,2025-01-01\n"
    told(ingest, [write("old.csv", HEADER + row.format(1, "p1") + row.format(1, "p2") + row.format(2, "p1"))])

    text = told(ingest, [write("old.csv", HEADER + row.format(1, "p1"))])

    assert "2 rows of the lake went, because this file holds a newer state" in text
    assert "1 order has fewer lines than before: o1" in text


def test_the_same_content_again_is_said_to_be_one(write, told):
    told(ingest, [write("a.csv", HEADER + good(1))])

    assert "the lake holds this very content already" in told(ingest, [write("b.csv", HEADER + good(1))])


def test_equal_lines_of_an_order_are_told(write, told):
    text = told(ingest, [write("a.csv", HEADER + 3 * "o1,,p1,1,2.50,2025-01-01\n")])

    assert "2 kept lines equal others of the same order" in text
    assert "3 lines of guests" in text
    assert "1 line of guests" in told(ingest, [write("b.csv", HEADER + "o2,,p1,1,2.50,2025-01-01\n")])


def test_records_are_told_where_they_are_no_rows(write, told):
    till = (
        'name = "till"\ntable = "orders"\n'
        '[columns]\norder_id = "Receipt"\nproduct_id = "Article"\nquantity = "Pcs"\nunit_price = "Price"\n'
        'ordered_at = "Booked"\n[[also]]\nwhere = \'"Postage" IS NOT NULL\'\n'
        '[also.columns]\nunit_price = "Postage"\n[also.defaults]\nproduct_id = "POST"\nquantity = "1"\n'
    )
    write("lake/settings/dialects/till.toml", till)
    rows = (
        "Receipt,Article,Pcs,Price,Postage,Booked\nT1,tea,1,2.50,4.90,2025-01-01\nT2,tea,1,2.50,,2025-01-01\n"
    )

    text = told(ingest, [write("till.csv", rows)])

    assert text.startswith("3 rows read: 3 kept")
    assert "the rows were made of 2 records of the file" in text


def test_a_report_is_found_by_the_last_parts_of_its_key(write, told):
    for name in ("plain.csv", "my_plain.csv", "old/plain.csv", "[old] orders.csv"):
        told(ingest, [write(name, HEADER + good(len(name)))])

    keys = [line.split("  ")[0] for line in told(report, "plain.csv").splitlines() if line.startswith("raw")]

    assert sorted(keys) == ["raw/files/old/plain.csv", "raw/files/plain.csv"]
    assert told(report, "old/plain.csv").startswith("raw/files/old/plain.csv  ")
    assert told(report, "[old] orders.csv").startswith("raw/files/[old] orders.csv  ")
    with pytest.raises(NotFound):
        told(report, "lain.csv")


def test_a_report_shows_refused_rows_as_the_file_has_them_and_obeys_none(write, told):
    odd = 'o[2],"c ""1""",\tp\x1b[31m,two,2.50,2025-01-02'
    rows = "".join(map(good, range(10)))

    told(ingest, [write("a.csv", f"{HEADER}{rows}{odd}\n")])

    printed = told(report, "a.csv")
    assert "\x1b" not in printed
    assert r'o[2],"c""1""",\tp\x1b[31m,two,2.50,2025-01-02' in "".join(printed.split())


def test_inspect_prints_the_rule_of_a_refused_row_without_marks(write, told):
    file = write("a.csv", HEADER + good(1) + "o2,c1,p1,two,2.50,2025-01-02\n")

    text = told(inspect, file)

    assert "Row 2 refused: quantity-not-a-number" in text
    assert "[red]" not in text


def test_strict_and_the_order_of_day_and_month_go_before_the_sidecar_for_one_call(write, told):
    either = HEADER + "o1,c1,p1,1,2.50,01/02/2025\n"
    file = write("a.csv", either, sidecar="strict = false\n")
    assert "doubt: ordered_at" in told(ingest, [file])

    with pytest.raises(BadInput, match="strict is set"):
        told(ingest, [file], strict=True)
    with pytest.raises(BadInput, match="strict is set"):
        told(inspect, file, strict=True)

    text = told(ingest, [file], strict=True, day_first=False)
    assert text.startswith("1 row read: 1 kept")
    assert "2025-01-02 00:00:00 UTC" in told(inspect, file, day_first=False)


def test_faulty_settings_are_one_sentence_of_the_command(write, told):
    file = write("a.csv", HEADER + good(1), sidecar="#für\n".encode("utf-16"))

    for command, arguments in ((ingest, [file]), (inspect, file)):
        with pytest.raises(BadInput, match=r"the sidecar of raw/files/a\.csv is not written in UTF-8"):
            told(command, arguments)


def test_one_cell_that_speaks_for_a_form_is_called_one_text(write, told):
    days = ["13/01/2025", "01/13/2025", *(f"0{n}/02/2025" for n in range(1, 9))]
    rows = "".join(f"o{n},c,p,1,2.50,{day}\n" for n, day in enumerate(days))

    assert "1 text can only be read as day/month/year and 1 as" in told(
        ingest, [write("a.csv", HEADER + rows)]
    )


def test_cancellations_without_their_sale_are_told_with_their_money(write, told):
    header = HEADER.strip() + ",kind,refers_to\n"
    sale, back = "s1,c,tea,2,10,2025-01-02,sale,\n", "{},c,{},-1,10,2025-01-03,refund,{}\n"
    rows = [
        sale,
        back.format("r1", "tea", "s1"),
        back.format("r2", "jam", ""),
        back.format("r3", "tea", "s0"),
    ]

    text = told(ingest, [write("a.csv", header + "".join(rows))], currency="EUR")
    assert (
        "2 of 3 cancelled or refunded lines (EUR -20.00) have no sale in the file or the lake, in orders "
        "such as r2, r3; upload what they take back" in text
    )
    assert "no sale" not in told(ingest, [write("b.csv", header + back.format("r4", "tea", "s1"))])
