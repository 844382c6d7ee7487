"""Tell containers, and what is no table at all, by the first bytes."""

from __future__ import annotations

import re

from patronage.errors import BadInput

_CSV = "save the table itself as CSV and upload that"
_PACK = "unpack it and upload the file plain, or packed by gzip or zip"
_ROW_OF_TEXT = 40
_NO_TABLES: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"%PDF-"), "a PDF document", "export the table behind it as CSV or XLSX"),
    (re.compile(rb"\x89PNG\r\n"), "a PNG picture", "export the table that it shows as CSV or XLSX"),
    (re.compile(rb"\xff\xd8\xff"), "a JPEG picture", "export the table that it shows as CSV or XLSX"),
    (re.compile(rb"GIF8[79]a"), "a GIF picture", "export the table that it shows as CSV or XLSX"),
    (
        re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "an old Excel workbook (.xls), or one behind a password",
        "save it as .xlsx without a password, or as CSV",
    ),
    (re.compile(rb"BZh[1-9]1AY&SY"), "packed by bzip2", _PACK),
    (re.compile(rb"\xfd7zXZ\0"), "packed by xz", _PACK),
    (re.compile(rb"7z\xbc\xaf'\x1c"), "a 7-Zip archive", _PACK),
    (re.compile(rb"Rar!\x1a\x07"), "a RAR archive", _PACK),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "packed by zstd", _PACK),
    (re.compile(rb"SQLite format 3\0"), "an SQLite database", "export its table as CSV"),
    (re.compile(rb"Obj\x01"), "an Avro file", "convert it to Parquet, CSV or JSON lines"),
)
_TEXT_NO_TABLES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"<\?xml|<rss\b|<feed\b", re.IGNORECASE), "an XML file", "export it as CSV or JSON instead"),
    (
        re.compile(r"<!doctype html|<html\b|<head\b|<body\b|<table\b", re.IGNORECASE),
        "an HTML page saved under another name (often a sign-in or error page of the shop)",
        "export the table as CSV again while signed in",
    ),
)


def container(head: bytes) -> str:
    """Say what the first bytes announce: `gzip`, `zip`, `parquet` or `text`."""
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "parquet" if head.startswith(b"PAR1") else "text"


def refuse_other_files(head: bytes) -> None:
    """Raise BadInput where the first bytes are those of a known kind of file that is no table."""
    for start, what, step in _NO_TABLES:
        if start.match(head):
            raise BadInput(f"the file is {what}, which is not read; {step}")


def refuse_other_texts(text: str) -> None:
    """Raise BadInput where a text is empty, a page, or no text after all.

    Parameters
    ----------
    text
        The beginning of the file, decoded.
    """
    start = text.lstrip("\ufeff \t\r\n\v\f")[:64]
    if not start:
        raise BadInput("the file is empty (nothing but blanks); export it again with its header and rows")
    for pattern, what, step in _TEXT_NO_TABLES:
        if pattern.match(start):
            raise BadInput(f"the file is {what}; {step}")
    place = text.find("\0")
    if text.count("\0") * _ROW_OF_TEXT > len(text):  # fewer are damage, which refuses its rows alone
        line = text.count("\n", 0, place) + 1
        raise BadInput(
            f"line {line} holds a NUL byte, so the file is neither text nor Parquet nor XLSX; {_CSV}"
        )


def check_parquet_tail(tail: bytes, size: int) -> None:
    """Raise BadInput where a Parquet file does not end as one.

    Parameters
    ----------
    tail
        The file's last 8 bytes: the length of the footer (little-endian) and the magic number.
    size
        The file's size in bytes.
    """
    if tail[-4:] == b"PARE":
        raise BadInput("the Parquet file's footer is encrypted; write it without encryption")
    if tail[-4:] != b"PAR1" or size < 12 or int.from_bytes(tail[-8:-4], "little") + 12 > size:
        raise BadInput("the Parquet file ends too soon: its footer is missing; write or upload it again")
