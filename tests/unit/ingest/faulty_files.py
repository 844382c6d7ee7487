"""Faulty files that neither git nor an editor would leave as they are, each made here byte for byte.

`faulty/` holds the others as files, and beside each of either kind what ingest should say of it.
"""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from workbook_support import DATE, DATE_TIME, row, workbook

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
GOOD = [f"o{n},c{n},p{n},1,2.50,2026-01-02\n" for n in range(10)]
ACCENTS = HEADER + "o1,Zoë,p1,1,2.50,2026-01-02\no2,Łukasz,p2,1,2.50,2026-01-02\n"

FILES: dict[str, Callable[[], bytes]] = {}
"""What makes each file, by the file's name."""


def made(make: Callable[[], bytes]) -> Callable[[], bytes]:
    FILES[make.__name__] = make
    return make


@made
def empty() -> bytes:
    return b""


@made
def only_blanks() -> bytes:
    return b"  \r\n\t\n \n\n"


@made
def utf_8_with_a_mark() -> bytes:
    return ACCENTS.encode("utf-8-sig")


@made
def utf_16_le_with_a_mark() -> bytes:
    return ("\ufeff" + ACCENTS).encode("utf-16-le")


@made
def utf_16_be_with_a_mark() -> bytes:
    return ("\ufeff" + ACCENTS).encode("utf-16-be")


@made
def utf_16_le_without_a_mark() -> bytes:
    return ACCENTS.encode("utf-16-le")


@made
def utf_16_be_without_a_mark() -> bytes:
    return ACCENTS.encode("utf-16-be")


@made
def windows_1252() -> bytes:
    return (HEADER + "o1,c1,p1,1,2.50,2026-01-02\no2,Zoë,“€”,1,2.50,2026-01-02\n").encode("windows-1252")


@made
def latin_1_byte_late_in_ascii() -> bytes:
    plain = "".join(f"o{n},c{n},p{n},1,2.50,2026-01-02\n" for n in range(35_000))
    return (HEADER + plain + "last,Zoë,p,1,2.50,2026-01-02\n").encode("latin-1")


@made
def invalid_utf_8_in_one_row() -> bytes:
    rows = [f"o{n},Zoë Müller,p{n},1,2.50,2026-01-02\n".encode() for n in range(5)]
    return HEADER.encode() + b"".join(rows[:2]) + b"bad,Zo\xff,p,1,2.50,2026-01-02\n" + b"".join(rows[2:])


@made
def windows_1252_said_to_be_utf_8() -> bytes:
    rows = "".join(f"o{n},Zoë,p{n},1,2.50,2026-01-02\n" for n in range(2))
    return (HEADER + "".join(GOOD[2:]) + rows).encode("windows-1252")


@made
def carriage_return_and_line_feed() -> bytes:
    return (HEADER + GOOD[0] + 'o1,c1,"p\n1",1,2.50,2026-01-02\nbad,c,p,two,2.50,2026-01-02\n').replace(
        "\n", "\r\n"
    ).encode() + "".join(GOOD[2:5]).encode()


@made
def carriage_returns_alone() -> bytes:
    return (
        (HEADER + GOOD[0] + "bad,c,p,two,2.50,2026-01-02\n" + "".join(GOOD[1:4])).replace("\n", "\r").encode()
    )


@made
def mixed_line_ends() -> bytes:
    bad = "bad,c,p,two,2.50,2026-01-02"
    first, second, third, fourth = (row.strip() for row in GOOD[:4])
    return f"{HEADER}{first}\r\n{second}\n{bad}\r\n{third}\n\r\n{bad}\n{fourth}".encode()


@made
def nul_byte_in_one_row() -> bytes:
    return (HEADER + "".join(GOOD[:5]) + "bad,c\0c,p,1,2.50,2026-01-02\n" + "".join(GOOD[5:])).encode()


@made
def nul_bytes_throughout() -> bytes:
    return bytes(range(32)) * 40


@made
def pdf() -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n"


@made
def png() -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0"


@made
def old_excel() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@made
def bzip2() -> bytes:
    return b"BZh91AY&SY" + bytes(40)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@made
def gzip_that_ends_too_soon() -> bytes:
    return _gzip((HEADER + "".join(GOOD)).encode())[:-30]


@made
def gzip_with_a_wrong_sum() -> bytes:
    packed = bytearray(_gzip((HEADER + "".join(GOOD)).encode()))
    packed[-8] ^= 0xFF
    return bytes(packed)


@made
def gzip_with_something_behind_it() -> bytes:
    return _gzip((HEADER + "".join(GOOD)).encode()) + b"not gzip"


@made
def gzip_of_two_parts() -> bytes:
    return _gzip((HEADER + GOOD[0]).encode()) + _gzip("".join(GOOD[1:]).encode())


def _many_line_feeds(mebibytes: int) -> bytes:
    """Return raw deflate of so many MiB of line feeds: one flushed block, again and again."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeeze.compress(b"")
    block = squeeze.compress(b"\n" * (1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return block * mebibytes + squeeze.flush()


@made
def gzip_bomb() -> bytes:
    start = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return _gzip((HEADER + "".join(GOOD)).encode()) + start + _many_line_feeds(1100) + bytes(8)


@made
def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("orders.csv")
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, HEADER + "".join(GOOD) + "\n" * 5000)
    whole, size = out.getvalue(), len(HEADER + "".join(GOOD)) + 5000
    return whole.replace(size.to_bytes(4, "little"), (2 << 30).to_bytes(4, "little"))


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


@made
def zip_with_two_files() -> bytes:
    return _zip({"january.csv": (HEADER + GOOD[0]).encode(), "february.csv": (HEADER + GOOD[1]).encode()})


@made
def zip_with_two_files_of_which_one_is_stated() -> bytes:
    return zip_with_two_files()


@made
def zip_of_a_mac() -> bytes:
    return _zip({"orders.csv": (HEADER + GOOD[0]).encode(), "__MACOSX/._orders.csv": b"\0\5\x16\7"})


@made
def zip_without_files() -> bytes:
    return _zip({"orders/": b""})


@made
def zip_that_ends_too_soon() -> bytes:
    return zip_with_two_files()[:-25]


@made
def zip_behind_a_password() -> bytes:
    packed = bytearray(_zip({"orders.csv": (HEADER + GOOD[0]).encode()}))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


@made
def gzip_in_a_zip() -> bytes:
    return _zip({"orders.csv.gz": _gzip((HEADER + GOOD[0]).encode())})


def _parquet(query: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "file.parquet"
        connection.sql(query).write_parquet(str(path))
        return path.read_bytes()


_ORDERS = (
    "SELECT 'o' || n AS order_id, CAST(n AS BIGINT) AS customer_id, 'p' AS product_id, "
    "CASE WHEN n = 3 THEN 0 ELSE 2 END AS quantity, CAST(2.5 AS DOUBLE) AS unit_price, "
    "TIMESTAMP '2026-01-02 10:00:00' AS ordered_at FROM range(6) AS numbers(n) ORDER BY n"
)


@made
def parquet_with_a_bad_row() -> bytes:
    return _parquet(_ORDERS)


@made
def parquet_that_ends_too_soon() -> bytes:
    return _parquet(_ORDERS)[:-60]


@made
def parquet_with_a_damaged_footer() -> bytes:
    whole = _parquet(_ORDERS)
    return whole[:-200] + b"\xff" * 180 + whole[-20:]


@made
def parquet_with_damaged_pages() -> bytes:
    whole = _parquet(_ORDERS)
    return whole[:4] + b"\xff" * 60 + whole[64:]


@made
def parquet_without_the_columns() -> bytes:
    return _parquet("SELECT 1 AS a, 'x' AS b")


def _workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    return workbook(
        {name: "".join(row(at, *cells) for at, cells in enumerate(rows, 1)) for name, rows in sheets.items()}
    )


_NAMES: list[object] = list(HEADER.strip().split(","))


@made
def workbook_with_two_sheets() -> bytes:
    notes: list[list[object]] = [["Exported by", "Zoë"], ["Shop", "Lamps"]]
    return _workbook({"Notes": notes, "Orders": [_NAMES, ["o1", "c1", "p1", 1, 2.5, "2026-01-02"]]})


@made
def workbook_of_dates_and_floats() -> bytes:
    rows: list[list[object]] = [
        [1001, 13085, "p1", 2, 2.675, (46024.5, DATE_TIME)],
        [1002, 13085.0, "p2", 1, 0.1, (46024, DATE)],
        [],
        [1003, 13086, "p3", "two", 2.5, (46024, DATE)],
        [1004, None, "p4", -1, 2.5, (46024.75, DATE_TIME)],
        [1005, 13087, "p5", 1, 1e-7, (46024, DATE)],
        [1006, 13088, "p6", 1, 2.5, (46024, DATE)],
    ]
    return _workbook({"Orders": [_NAMES, *rows]})


@made
def workbook_that_ends_too_soon() -> bytes:
    return workbook_with_two_sheets()[:-40]


@made
def workbook_without_rows() -> bytes:
    return _workbook({"Sheet1": [], "Sheet2": []})


@made
def workbook_whose_stated_sheet_is_missing() -> bytes:
    return workbook_with_two_sheets()


@made
def id_longer_than_1024_bytes() -> bytes:
    longest, longer = "é" * 512, "é" * 512 + "x"
    rows = [f"{longest},c,p,1,2.50,2026-01-02\n", f"{longer},c,p,1,2.50,2026-01-02\n"]
    return (HEADER + "".join(GOOD[:4]) + "".join(rows)).encode()


@made
def file_of_one_line() -> bytes:
    return b"x" * (2 << 20)
