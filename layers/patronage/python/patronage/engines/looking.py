"""Look into a file that no reader can make a table of: its text, and the text of what is packed in it."""

from __future__ import annotations

import mmap
import zlib
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK_BYTES = 1 << 20
_PACKED_BYTES = 1 << 16
_MOST_BYTES = 4 << 30
"""Of one packed stream; a table that ingest could not read is smaller."""
_GZIP, _MEMBER = b"\x1f\x8b", b"PK\x03\x04"
_MEMBER_HEADER_BYTES = 30
_DEFLATED, _ENCRYPTED = 8, 1


def streams_of(path: Path) -> Iterator[Iterator[bytes]]:
    """Yield what a file holds, each stream in blocks: the file itself, then what is packed in it.

    Gzip and zip are unpacked as far as they go, so that one whose end is missing is looked into as well.
    """
    yield _blocks(path)
    with path.open("rb") as file:
        head = file.read(len(_MEMBER))
        if head.startswith(_GZIP):
            file.seek(0)
            yield _inflated(file, zlib.MAX_WBITS | 16)
        elif head == _MEMBER:
            for start in _members(file):
                file.seek(start)
                yield _inflated(file, -zlib.MAX_WBITS)


def is_plain(path: Path) -> bool:
    """Say whether a file is no packed or binary one, by its beginning."""
    with path.open("rb") as file:
        return b"\0" not in file.read(BLOCK_BYTES)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _members(file: IO[bytes]) -> Iterator[int]:
    """Yield where the packed content of a zip's files begins, by the header before each.

    The list of them at the end of a zip is what a broken one lacks.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = 0
        while at >= 0:
            header = content[at : at + _MEMBER_HEADER_BYTES]
            flags, method, name, extra = (_number(header, place) for place in (6, 8, 26, 28))
            if method == _DEFLATED and not flags & _ENCRYPTED:
                yield at + _MEMBER_HEADER_BYTES + name + extra
            at = content.find(_MEMBER, at + len(_MEMBER))


def _number(header: bytes, place: int) -> int:
    return int.from_bytes(header[place : place + 2], "little")


def _inflated(file: IO[bytes], form: int) -> Iterator[bytes]:
    unpacker, total = zlib.decompressobj(form), 0
    packed = file.read(_PACKED_BYTES)
    while packed and total < _MOST_BYTES:
        try:
            block = unpacker.decompress(packed, BLOCK_BYTES)
        except zlib.error:
            return
        total += len(block)
        if block:
            yield block
        packed = unpacker.unconsumed_tail
        if unpacker.eof:
            if form < 0 or not unpacker.unused_data:
                return
            packed, unpacker = unpacker.unused_data, zlib.decompressobj(form)  # gzip files may follow
        packed = packed or file.read(_PACKED_BYTES)
    with suppress(zlib.error):
        yield unpacker.flush()  # what the last block had no room for
