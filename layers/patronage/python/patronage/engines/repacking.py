"""Write a file anew with another content, packed as it was."""

from __future__ import annotations

import gzip
import zipfile
from typing import IO, TYPE_CHECKING

from patronage.engines.reading._containers import damage_told, head_of, unpacked_blocks
from patronage.logic.ingest.recognition import has_document_a_line, line_break, sample_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from patronage.logic.ingest.recognition import Format

    Change = Callable[[Iterator[bytes]], Iterable[bytes]]

_BLOCK_BYTES = 1 << 20
_WIDE = {"utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be"}


def newline_of(path: Path, found: Format) -> bytes:
    """Return what ends a line of a text file, in its own encoding."""
    head, is_whole = head_of(path, found.compression, found.member)
    text = line_break(sample_text(head, found.encoding, is_whole=is_whole), found.quote)
    return text.encode(_WIDE.get(found.encoding, "ascii"))


def has_line_each(path: Path, found: Format) -> bool:
    """Say whether the records of a text are whole lines: those of CSV, and JSON documents one a line."""
    if found.kind != "json":
        return found.kind == "csv"
    if found.shape != "lines":
        return False
    head, is_whole = head_of(path, found.compression, found.member)
    return has_document_a_line(sample_text(head, found.encoding, is_whole=is_whole), is_whole=is_whole)


def repacked(
    path: Path, found: Format, target: Path, change: Change, *, left_out: Callable[[bytes], bool]
) -> None:
    """Write a file with its content changed, plain or packed by gzip or zip as before.

    Parameters
    ----------
    path, found
        The file and its form.
    target : Path
        Where the new one is written.
    change : callable
        Takes the blocks of the content and gives those of the new one.
    left_out : callable
        Told the content of each other file of a zip; those that it is true of do not come along.
    """
    content = unpacked_blocks(path, found.compression, found.member, block_bytes=_BLOCK_BYTES)
    if found.compression == "zip":
        _zipped(path, found.member, target, change(content), left_out)
        return
    with target.open("wb") as file:
        if found.compression == "none":
            _write(file, change(content))
            return
        with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
            _write(packed, change(content))


def _zipped(
    path: Path, member: str, target: Path, content: Iterable[bytes], left_out: Callable[[bytes], bool]
) -> None:
    with damage_told("zip"), zipfile.ZipFile(path) as before, zipfile.ZipFile(target, "w") as after:
        for each in before.infolist():
            if each.filename != member:
                beside = before.read(each)
                if not left_out(beside):
                    after.writestr(each, beside)
                continue
            entry = zipfile.ZipInfo(each.filename, each.date_time)
            entry.compress_type, entry.external_attr = each.compress_type, each.external_attr
            with after.open(entry, "w", force_zip64=True) as file:
                _write(file, content)


def _write(file: IO[bytes] | gzip.GzipFile, content: Iterable[bytes]) -> None:
    for block in content:
        file.write(block)
