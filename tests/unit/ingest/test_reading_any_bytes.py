"""Whatever bytes come: chunks, or BadInput; and what csv wrote comes back row by row."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from patronage.engines.reading import TextSource, parquet_source, recognise
from patronage.errors import BadInput
from tests_support import examples

WIDTH = 3
CELLS = st.text(st.sampled_from("ab1 ,;\t|'\"\n\ré€:.-{}[]"), max_size=12)
ROWS = st.lists(st.lists(CELLS, min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=12)
ALIKE = st.sampled_from(
    ["a,b", "1,2", '"', "'", "\n", "\r", "\r\n", ";", "::", "|", " ", "\t", "{", "}", "[", "]", '"k":', "1.5",
     "é", "\0", "\ufeff", "x" * 40, '""', ',"', "\\", "null", "<html>", "sep=;\n"]
)  # fmt: skip
STARTS = st.sampled_from(
    [b"", b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"PK\x03\x04", b"PK\x05\x06", b"PAR1",
     b"\xff\xfe", b"\xfe\xff",
     b"\xef\xbb\xbf", b"[{", b'{"a": [', b"a,b\n", b"%PDF-"]
)  # fmt: skip
SLOW = settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def packed(content: bytes, compression: str) -> bytes:
    if compression == "gzip":
        return gzip.compress(content)
    if compression == "none":
        return content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", content)
    return out.getvalue()


def damaged(content: bytes, place: int, change: bytes, *, removed: int) -> bytes:
    at = place % (len(content) + 1)
    return content[:at] + change + content[at + removed :]


def read_all(content: bytes) -> list[bytes] | None:
    """Return the chunks of a file, or None where it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        try:
            found = recognise(path)
            if found.kind == "parquet":
                return [parquet_source(path, found, Path(folder)).read_bytes()]
            return [chunk.content for chunk in TextSource(path, found, chunk_bytes=64)]
        except BadInput:
            return None


@SLOW
@given(STARTS, st.binary(max_size=300))
def test_any_bytes_end_with_chunks_or_bad_input(start, rest):
    chunks = read_all(start + rest)

    assert chunks is None or all(chunks)


@SLOW
@given(st.lists(ALIKE, max_size=60), st.sampled_from(["utf-8", "utf-16", "utf-16-be", "cp1252"]))
def test_any_text_ends_with_chunks_or_bad_input(pieces, encoding):
    chunks = read_all("".join(pieces).encode(encoding, "replace"))

    assert chunks is None or all(chunks)


@SLOW
@given(st.sampled_from(["gzip", "zip"]), st.integers(0), st.binary(max_size=4), st.integers(0, 30))
def test_any_damage_to_a_container_ends_with_chunks_or_bad_input(compression, place, change, removed):
    content = packed(b"order_id,price\n" + b"1,2.50\n" * 20, compression)

    chunks = read_all(damaged(content, place, change, removed=removed))

    assert chunks is None or all(chunks)


@settings(max_examples=examples(300), deadline=None)
@given(
    ROWS,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from("\"'"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    st.sampled_from(["none", "gzip", "zip"]),
    st.sampled_from([64, 1 << 20]),
)
def test_what_csv_wrote_comes_back(rows, delimiter, quote, end, quoting, encoding, compression, chunk_bytes):
    form = {"delimiter": delimiter, "quotechar": quote, "lineterminator": end, "quoting": quoting}
    rows = [["id", "name", "price"], *rows]
    out = io.StringIO(newline="")
    csv.writer(out, **form).writerows(rows)
    text = out.getvalue()
    assume(is_read_back(text, rows, form))
    said = {
        "delimiter": delimiter,
        "quote": quote,
        "encoding": encoding.removesuffix("-sig"),
        "format": "csv",
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(packed(text.encode(encoding), compression))
        try:
            chunks = list(TextSource(path, recognise(path, given=said), chunk_bytes=chunk_bytes))
        except BadInput:
            raise AssertionError(text) from None

    parsed = [parse(chunk.content, form) for chunk in chunks]
    assert [row for part in parsed for row in part] == rows[1:]
    at = lines_of(text, form)
    first = 0
    for chunk, part in zip(chunks, parsed, strict=True):
        assert chunk.first_line == at[1 + first]
        assert chunk.has_quotes == (quote.encode() in chunk.content)
        first += len(part)


def is_read_back(text: str, rows: list[list[str]], form: dict) -> bool:
    """Say whether csv itself reads what it wrote: not where a line break went unquoted."""
    try:
        return parse(text.encode(), form) == rows and outside_ends(text, form) == {form["lineterminator"]}
    except csv.Error:
        return False


def outside_ends(text: str, form: dict) -> set[str]:
    outside = "".join(text.split(form["quotechar"])[::2])
    bare = outside.replace("\r\n", "")
    return ({"\r\n"} if "\r\n" in outside else set()) | {end for end in "\r\n" if end in bare}


def parse(content: bytes, form: dict) -> list[list[str]]:
    reading = {"delimiter": form["delimiter"], "quotechar": form["quotechar"]}
    rows = csv.reader(io.StringIO(content.decode(), newline=""), **reading)
    return [row for row in rows if row]


def lines_of(text: str, form: dict) -> list[int]:
    """Return the line that each row begins on; in a file of carriage returns these alone end lines."""
    end = "\r" if form["lineterminator"] == "\r" else "\n"
    lines, line = [1], 1
    quoted = False
    for character in text:
        if character == form["quotechar"]:
            quoted = not quoted
        if character == end:
            line += 1
            if not quoted:
                lines.append(line)
    return lines
