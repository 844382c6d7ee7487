"""Read the bytes inside a file: plain, or unpacked from gzip or zip within bounds."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from patronage.errors import BadInput
from patronage.logic.ingest.recognition import choose_member

if TYPE_CHECKING:
    from pathlib import Path

HEAD_BYTES = 1 << 20
"""How much of a text is looked at to recognise it."""
_PEEK_BYTES = 1 << 16
_PACKED_BYTES = 1 << 16  # small, since each gzip member copies what is left of them
_ENCRYPTED = 0x1
_READABLE_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much may come out of a packed file.

    Parameters
    ----------
    free_bytes
        What is allowed at any ratio.
    ratio
        Unpacked to packed size beyond that.
    most_bytes
        What is never exceeded.
    """

    free_bytes: int = 1 << 30
    ratio: int = 200
    most_bytes: int = 64 << 30

    def check(self, unpacked: int, packed: int) -> None:
        """Raise BadInput where `unpacked` bytes are too many for a file of `packed` bytes."""
        if unpacked > min(self.most_bytes, max(self.free_bytes, self.ratio * packed)):
            raise BadInput(
                f"the file of {packed:,} bytes unpacks to {unpacked:,} bytes or more, beyond the bounds "
                f"of {self.ratio} times its size above {self.free_bytes:,} bytes and {self.most_bytes:,} "
                "bytes in all; split the table and upload it in parts, or upload it plain"
            )


@contextmanager
def damage_told(packed: str) -> Iterator[None]:
    """Tell a file that cannot be read, or whose container is damaged, as BadInput."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError) as exc:
        raise BadInput(f"the {packed} file is damaged ({exc}); pack and upload it again") from exc
    except EOFError as exc:
        raise BadInput(f"the {packed} file ends too soon; upload it again, whole") from exc
    except OSError as exc:
        raise BadInput(f"the file cannot be read ({exc.strerror or exc}); upload it again") from exc


def unpacked_blocks(
    path: Path, compression: str, member: str, *, block_bytes: int, bounds: Bounds | None = None
) -> Iterator[bytes]:
    """Read a file's content in blocks of about `block_bytes`, none empty.

    Those of a plain file end with a line where they can, which saves a copy later.

    Parameters
    ----------
    path
        The file.
    compression, member
        As of a `Format`.
    block_bytes
        The most bytes of a block.
    bounds
        How much may come out.

    Raises
    ------
    BadInput
        The file cannot be read, is damaged, ends too soon or exceeds the bounds.
    """
    limits = bounds or Bounds()
    with damage_told(compression), path.open("rb", buffering=0) as file:
        if compression == "none":
            yield from _plain(file, block_bytes)
            return
        packed = path.stat().st_size
        unpack = _gunzipped(file, block_bytes)
        if compression == "zip":
            unpack = _unzipped(file, member, block_bytes, limits, packed)
        total = 0
        for block in unpack:
            total += len(block)
            limits.check(total, packed)
            yield block


def head_of(path: Path, compression: str, member: str) -> tuple[bytes, bool]:
    """Return the first `HEAD_BYTES` of a file's content, and whether that is all of it."""
    head = b""
    for block in unpacked_blocks(path, compression, member, block_bytes=HEAD_BYTES):
        head += block
        if len(head) > HEAD_BYTES:
            return head[:HEAD_BYTES], False
    return head, True


def _plain(file: IO[bytes], block_bytes: int) -> Iterator[bytes]:
    while block := file.read(_bytes_to_line_end(file, block_bytes)):
        yield block


def _bytes_to_line_end(file: IO[bytes], block_bytes: int) -> int:
    """Return the distance to the last line end within a block, by a look at the block's own end."""
    if block_bytes < 4 * _PEEK_BYTES:
        return block_bytes
    begin = file.tell()
    file.seek(begin + block_bytes - _PEEK_BYTES)
    tail = file.read(_PEEK_BYTES)
    file.seek(begin)
    return block_bytes - _PEEK_BYTES + (tail.rfind(b"\n") + 1) if b"\n" in tail else block_bytes


def _gunzipped(file: IO[bytes], block_bytes: int) -> Iterator[bytes]:
    """Unpack all members of a gzip file; zlib checks the sum and length of each."""
    unzip, waiting, is_first = zlib.decompressobj(wbits=31), b"", True
    while waiting := waiting or file.read(_PACKED_BYTES):
        if unzip.eof:
            unzip, is_first = zlib.decompressobj(wbits=31), False
        try:
            block = unzip.decompress(waiting, block_bytes)
        except zlib.error as exc:
            rest = "" if is_first else " after its first part"
            raise BadInput(f"the gzip file is damaged{rest} ({exc}); pack and upload it again") from exc
        waiting = unzip.unused_data.lstrip(b"\0") if unzip.eof else unzip.unconsumed_tail
        if block:
            yield block
    if block := unzip.flush():
        yield block
    if not unzip.eof:
        raise EOFError


def _unzipped(file: IO[bytes], member: str, block_bytes: int, bounds: Bounds, packed: int) -> Iterator[bytes]:
    with zipfile.ZipFile(file) as archive:
        found = archive.getinfo(member)
        _check_member(found)
        bounds.check(found.file_size, packed)
        with archive.open(found) as content:
            while block := content.read(block_bytes):
                yield block


def _check_member(found: zipfile.ZipInfo) -> None:
    if found.flag_bits & _ENCRYPTED:
        raise BadInput(
            f"{found.filename} in the zip is encrypted; pack it without a password and upload it again"
        )
    if found.compress_type not in _READABLE_METHODS:
        method = f"method {found.compress_type}"
        raise BadInput(
            f"{found.filename} in the zip is packed by {method}, which is not read; pack it by deflate, "
            "the usual method, or by gzip"
        )


def member_names(file: Path | IO[bytes]) -> list[str]:
    """Return the names of what a zip holds."""
    with damage_told("zip"), zipfile.ZipFile(file) as archive:
        return archive.namelist()


def data_member(path: Path, *, given: str) -> tuple[str, tuple[str, ...]]:
    """Return the name of the one file of a zip that is data, and what is in doubt of that."""
    return choose_member(member_names(path), given=given)
