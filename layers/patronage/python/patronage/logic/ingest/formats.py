"""Recognise a file's format by its content."""

from __future__ import annotations

import csv
import io
import re
import zlib
from dataclasses import dataclass

from patronage.errors import BadInput

_DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 16
"""How much of a file `recognise_format` wants to see."""


@dataclass(frozen=True)
class Format:
    """What a file is: `kind` csv or parquet, `compression` none or gzip; of a CSV file also how it is cut."""

    kind: str
    compression: str = "none"
    delimiter: str = ""
    header: tuple[str, ...] = ()


def recognise_format(head: bytes) -> Format:
    """Say what a file is from its first bytes.

    Parameters
    ----------
    head : bytes
        The first `HEAD_BYTES` of the file, or all of a shorter one.

    Raises
    ------
    BadInput
        The file is empty, or neither Parquet nor text.
    """
    if not head.strip():
        raise BadInput("the file is empty; export it again with its header and rows")
    if head.startswith(b"PAR1"):
        return Format("parquet")
    compression = "none"
    if head.startswith(b"\x1f\x8b"):
        head, compression = _gunzip_head(head), "gzip"
    if len(head) >= HEAD_BYTES and not re.search(rb"[\r\n]", head):
        raise BadInput(f"the header is longer than {HEAD_BYTES:,} bytes; export fewer columns")
    line = _header_line(head)
    delimiter = max(_DELIMITERS, key=lambda each: len(_cells(line, each)))
    return Format("csv", compression, delimiter, tuple(_cells(line, delimiter)))


def _gunzip_head(head: bytes) -> bytes:
    unzipping = zlib.decompressobj(wbits=31)
    try:
        text = unzipping.decompress(head, HEAD_BYTES)
    except zlib.error as exc:
        raise BadInput(f"the file begins like gzip but is damaged ({exc}); upload it again") from exc
    if not text and not unzipping.eof:
        raise BadInput("the file begins like gzip but is damaged (it ends too soon); upload it again")
    return text


def _header_line(head: bytes) -> str:
    line = re.split(rb"[\r\n]", head.removeprefix(b"\xef\xbb\xbf"), maxsplit=1)[0]
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise BadInput(f"the header is not UTF-8 text ({exc.reason}); export the file as UTF-8 CSV") from exc
    if "\0" in text:
        raise BadInput("the file is neither text nor Parquet; export it as CSV, plain or gzip, or as Parquet")
    if not text.strip():
        raise BadInput("the first line is empty; let the file begin with its header")
    return text


def _cells(header: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(header), delimiter=delimiter), [])
    except csv.Error as exc:
        raise BadInput(f"the header cannot be split into columns ({exc}); export the file again") from exc
