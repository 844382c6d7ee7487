"""Files in their containers: gzip, zip, Parquet, and what cannot be read."""

from __future__ import annotations

import gzip
import io
import zipfile

import duckdb
import pytest

from patronage.engines.reading import TextSource, parquet_source, recognise
from patronage.engines.reading._containers import Bounds, unpacked_blocks
from patronage.errors import BadInput

TEXT = b"order_id,price\n1,2.50\n2,3.00\n"


def zipped(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return out.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@pytest.fixture
def file(tmp_path):
    def write(content: bytes):
        path = tmp_path / "file"
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def parquet(tmp_path) -> bytes:
    path = tmp_path / "rows.parquet"
    duckdb.sql("SELECT 1 AS order_id, 2.5 AS price").write_parquet(str(path))
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "compression", "member"),
    [
        (TEXT, "none", ""),
        (gzipped(TEXT), "gzip", ""),
        (gzipped(TEXT[:20]) + gzipped(b"") + gzipped(TEXT[20:]) + b"\0" * 100, "gzip", ""),
        (zipped({"a/orders.csv": TEXT}), "zip", "a/orders.csv"),
        (zipped({"orders.csv": TEXT}, method=zipfile.ZIP_STORED), "zip", "orders.csv"),
        (
            zipped({"a/": b"", "a/orders.csv": TEXT, "__MACOSX/a/._orders.csv": b"x", "a/.DS_Store": b"x",
                    "Thumbs.db": b"x"}),
            "zip",
            "a/orders.csv",
        ),
    ],
)  # fmt: skip
def test_a_text_in_any_container(file, content, compression, member):
    path = file(content)

    found = recognise(path)

    assert (found.kind, found.compression, found.member) == ("csv", compression, member)
    assert [chunk.content for chunk in TextSource(path, found)] == [TEXT[15:]]


@pytest.mark.parametrize(
    "other", ["readme.txt", "README", "docs/Readme.md", "columns.PDF", "LICENSE.txt", "a/logo.png"]
)
def test_documents_beside_the_table_are_passed_over_with_a_doubt(file, other):
    path = file(zipped({other: b"What the columns mean,\nand more\n", "orders.csv": TEXT}))

    found = recognise(path)

    assert (found.member, found.header) == ("orders.csv", ("order_id", "price"))
    assert found.doubts == (
        f"the zip holds 2 files ({other}, orders.csv); orders.csv was read, the rest taken for documents",
    )


@pytest.mark.parametrize("other", ["part2.csv", "part2.txt", "orders.json", "readme.csv"])
def test_what_may_be_data_is_not_passed_over(file, other):
    path = file(zipped({other: TEXT, "orders.csv": TEXT}))

    with pytest.raises(BadInput, match="of which only one can be read"):
        recognise(path)


def test_documents_alone_are_tried_all_the_same(file):
    assert recognise(file(zipped({"readme.txt": TEXT}))).header == ("order_id", "price")


def test_a_member_can_be_stated(file):
    path = file(zipped({"a.csv": TEXT, "b.csv": b"x,y\n1,2\n"}))

    found = recognise(path, given={"member": "b.csv"})

    assert (found.member, found.header) == ("b.csv", ("x", "y"))


def encrypted() -> bytes:
    content = bytearray(zipped({"a.csv": TEXT}))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b" \n" * 10, "the file is empty"),
        (gzipped(b""), "the file is empty"),
        (gzipped(TEXT)[:-5], "the gzip file ends too soon"),
        (gzipped(TEXT * 1000)[:60], "the gzip file ends too soon"),
        (gzipped(TEXT)[:-8] + b"12345678", "the gzip file is damaged"),
        (gzipped(TEXT) + b"more", "the gzip file is damaged after its first part"),
        (
            gzipped(gzipped(TEXT)),
            "inside the gzip file is another packed file; unpack the outer one",
        ),
        (gzipped(zipped({"a.csv": TEXT})), "inside the gzip file is another packed file"),
        (zipped({"a.csv.gz": gzipped(TEXT)}), "inside the zip file is another packed file"),
        (zipped({"a.zip": zipped({"a.csv": TEXT})}), "inside the zip file is another packed file"),
        (zipped({}), "the zip holds no file"),
        (zipped({".DS_Store": b"x"}), "the zip holds no file"),
        (
            zipped({"a.csv": TEXT, "b.csv": TEXT}),
            r"the zip holds 2 files \(a.csv, b.csv\), of which only one",
        ),
        (zipped({"a.csv": TEXT})[:-30], "the zip file is damaged"),
        (encrypted(), "a.csv in the zip is encrypted"),
        (zipped({"a.csv": TEXT}, method=zipfile.ZIP_BZIP2), "a.csv in the zip is packed by method 12"),
        (zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), "an office document"),
        (b"PAR1" + b"x" * 50, "the Parquet file ends too soon"),
        (gzipped(b"%PDF-1.7"), "a PDF document"),
    ],
)
def test_damaged_and_wrong_files_are_refused(file, content, message):
    with pytest.raises(BadInput, match=message):
        recognise(file(content))


def test_a_member_that_is_missing_is_refused(file):
    with pytest.raises(BadInput, match=r"the zip holds no file 'c.csv' \(the setting member\), but a.csv"):
        recognise(file(zipped({"a.csv": TEXT})), given={"member": "c.csv"})


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match="is a folder"):
        recognise(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        recognise(tmp_path / "missing")


def test_damage_beyond_the_head_shows_while_reading(file):
    content = bytearray(gzipped(TEXT + b"".join(b"%d,1.00\n" % n for n in range(1_000_000))))
    content[-4_000] ^= 0xFF
    path = file(bytes(content))
    source = TextSource(path, recognise(path))

    with pytest.raises(BadInput, match="the gzip file is damaged"):
        list(source)


@pytest.mark.parametrize("compression", ["gzip", "zip"])
def test_bombs_are_refused(file, compression):
    bomb = b"a,b\n" + b"0" * 1_000_000
    path = file(gzipped(bomb) if compression == "gzip" else zipped({"a": bomb}))
    bounds = Bounds(free_bytes=100_000, ratio=200)

    with pytest.raises(BadInput, match=r"unpacks to [\d,]+ bytes or more, beyond the bounds of 200 times"):
        list(unpacked_blocks(path, compression, "a", block_bytes=1 << 16, bounds=bounds))


def test_a_zip_that_understates_its_size_is_refused(file):
    content = bytearray(zipped({"a": b"a,b\n" + b"0" * 1_000_000}))
    for header, size in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(header) + size
        content[at : at + 4] = (1000).to_bytes(4, "little")

    with pytest.raises(BadInput, match="the zip file is damaged"):
        list(unpacked_blocks(file(bytes(content)), "zip", "a", block_bytes=1 << 16))


@pytest.mark.parametrize(
    ("unpacked", "packed", "is_refused"),
    [
        (1 << 30, 1, False),
        ((1 << 30) + 1, 1, True),
        (2 << 30, 11 << 20, False),
        (3 << 30, 11 << 20, True),
        (64 << 30, 8 << 30, False),
        ((64 << 30) + 1, 8 << 30, True),
    ],
)
def test_the_bounds(unpacked, packed, is_refused):
    if is_refused:
        with pytest.raises(BadInput, match="split the table"):
            Bounds().check(unpacked, packed)
    else:
        Bounds().check(unpacked, packed)


@pytest.mark.parametrize("compression", ["none", "gzip", "zip"])
def test_parquet_comes_out_of_its_container(file, parquet, tmp_path, compression):
    pack = {"none": bytes, "gzip": gzip.compress, "zip": lambda content: zipped({"a.parquet": content})}
    path = file(pack[compression](parquet))

    found = recognise(path)
    plain = parquet_source(path, found, tmp_path)

    assert (found.kind, found.compression) == ("parquet", compression)
    assert plain.read_bytes() == parquet
    assert (plain == path) == (compression == "none")


def test_parquet_that_ends_too_soon_inside_gzip_is_refused(file, parquet, tmp_path):
    path = file(gzipped(parquet[:-20]))

    with pytest.raises(BadInput, match="the Parquet file ends too soon"):
        parquet_source(path, recognise(path), tmp_path)


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (TEXT, "json", "the setting format is 'json', but the text begins with neither"),
        (TEXT, "xlsx", "the setting format is 'xlsx', but the content is CSV"),
        (b"PAR1....\4\0\0\0PAR1", "csv", "the setting format is 'csv', but the content is Parquet"),
    ],
)
def test_a_stated_format_that_the_content_denies_is_refused(file, content, kind, message):
    with pytest.raises(BadInput, match=message):
        recognise(file(content), given={"format": kind})


def test_json_can_be_read_as_csv_where_that_is_stated(file):
    assert recognise(file(b'{"a",b}\n1,2\n'), given={"format": "csv"}).kind == "csv"
