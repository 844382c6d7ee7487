"""Read a CSV text, or JSON lines, in chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.engines.reading._chunk import Chunk
from patronage.engines.reading._containers import head_of, unpacked_blocks
from patronage.engines.reading._parts import Parts
from patronage.logic.ingest.recognition import (
    BLANKS,
    ONE_CELL,
    Cutting,
    even_line_ends,
    line_break,
    sample_text,
    tabs_for_blanks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patronage.engines.reading._utf8 import Utf8Text
    from patronage.logic.ingest.recognition import Format


def csv_chunks(path: Path, found: Format, text: Utf8Text, *, chunk_bytes: int) -> Iterator[Chunk]:
    """Yield the records of a CSV text."""
    cutting = Cutting(
        delimiter=found.delimiter,
        quote=found.quote,
        columns=len(found.header),
        newline=_newline(path, found),
    )
    parts = _parts(path, found, text, cutting, chunk_bytes)
    parts.skip(found.skipped_lines, has_header=found.has_header)
    quote = cutting.quote_byte
    number = 0
    for begin, part in parts:
        whole = part
        line, part = _without_blank_edges(begin, part, cutting.newline)
        if not part:
            continue
        written = _spoilt(text.lines(part, line=line))
        content, has_blank = written, False
        if has_returns := b"\r" in written:
            content, has_blank = even_line_ends(written, quote, cutting.newline)
        if has_blank and not number:
            text.doubts.append("carriage returns inside lines were read as blanks")
        if cutting.newline == b"\r":
            written = content  # line feeds end the lines of what is kept for quotation, too
        if found.delimiter == BLANKS:
            content = tabs_for_blanks(content, quote)
        has_quotes = bool(quote) and quote in content
        ends = parts.line_ends if content is whole and cutting.newline == b"\n" else None
        yield Chunk(
            number=number,
            first_line=line,
            content=content,
            has_quotes=has_quotes,
            has_returns=has_returns,
            line_ends=ends,
            written=None if content is written else written,
        )
        number += 1


def json_lines_chunks(path: Path, found: Format, text: Utf8Text, *, chunk_bytes: int) -> Iterator[Chunk]:
    """Yield JSON documents that stand one a line, unchanged; blank lines are left out, and counted."""
    cutting = Cutting(delimiter=ONE_CELL, quote="", columns=1, newline=_newline(path, found))
    number = 0
    for begin, part in _parts(path, found, text, cutting, chunk_bytes):
        line, part = _without_blank_edges(begin, part, cutting.newline)
        content, _ = even_line_ends(_spoilt(text.lines(part, line=line)), b"", cutting.newline)
        rows: list[int] = []
        if _may_hold_blank_lines(content):
            rows, content = _without_blank_lines(line, content)
        if content:
            line = rows[0] if rows else line
            are_consecutive = not rows or rows[-1] - line + 1 == len(rows)
            lines = None if are_consecutive else tuple(rows)
            yield Chunk(number=number, first_line=line, content=content, lines=lines)
            number += 1


def _spoilt(content: bytes) -> bytes:
    """Make each NUL a byte that is no UTF-8, so that its row is refused as what cannot be read as text."""
    return content.replace(b"\0", b"\xff") if b"\0" in content else content


def _may_hold_blank_lines(content: bytes) -> bool:
    """Say whether some line begins otherwise than an object does."""
    objects = content.count(b"\n{") + content.startswith(b"{")
    return objects != content.count(b"\n") + (not content.endswith(b"\n"))


def _without_blank_lines(line: int, content: bytes) -> tuple[list[int], bytes]:
    """Return the lines that hold something, and their numbers."""
    filled = [(at, row) for at, row in enumerate(content.split(b"\n"), line) if row.strip()]
    return [at for at, _ in filled], b"".join(row + b"\n" for _, row in filled)


def _parts(path: Path, found: Format, text: Utf8Text, cutting: Cutting, part_bytes: int) -> Parts:
    blocks = unpacked_blocks(path, found.compression, found.member, block_bytes=part_bytes)
    return Parts(text.narrow_blocks(blocks), cutting, part_bytes=part_bytes)


def _newline(path: Path, found: Format) -> bytes:
    head, is_whole = head_of(path, found.compression, found.member)
    return line_break(sample_text(head, found.encoding, is_whole=is_whole), found.quote).encode()


def _without_blank_edges(line: int, part: bytes, newline: bytes) -> tuple[int, bytes]:
    """Drop empty lines before the first and after the last record; return that record's line too."""
    if part[:1] in (b"\r", b"\n"):
        kept = part.lstrip(b"\r\n")
        line += part.count(newline, 0, len(part) - len(kept))
        part = kept
    if part.endswith((b"\n\n", b"\n\r\n", b"\r\r")):
        part = part.rstrip(b"\r\n") + newline
    return line, part
