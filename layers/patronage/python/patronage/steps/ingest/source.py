"""The chunks of an upload, of which the first is read once, however often it is looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from patronage.engines.reading import Chunk, TextSource
from patronage.engines.records import row_ranges
from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patronage.engines.records import RowRange
    from patronage.logic.ingest.recognition import Format

CHUNK_BYTES = 48 << 20
_LEAST_BYTES = 4 << 20
_LINE_BYTES = 1 << 16
"""By which a chunk may fall short of its size, for it ends with a line."""
_WORKERS = 4
WHOLE_BYTES = 512 << 20
_ONE_COLUMN = "\x01"


@dataclass
class Source:
    """The chunks of a file, as often as they are wanted.

    Parameters
    ----------
    path : Path
        The file; of a packed Parquet file, what was unpacked.
    format : Format
        Its form.
    whole : bool
        Whether the file must come as one chunk.
    rows : int
        Of a Parquet file the number of its rows.
    chunk_bytes : int
        About how much a chunk holds; 0 for the usual.
    doubts : tuple of str
        What was assumed, as far as the file was read.
    """

    path: Path
    format: Format
    whole: bool = False
    rows: int = 0
    chunk_bytes: int = 0
    doubts: tuple[str, ...] = ()
    _begun: _Begun | None = field(default=None, init=False, repr=False)

    @property
    def delimiter(self) -> str:
        """What stands between cells in the chunks."""
        if self.format.kind == "parquet":
            return ""
        return TextSource(self.path, self.format).delimiter or {"json": _ONE_COLUMN}.get(
            self.format.kind, ","
        )

    def first(self) -> Chunk | RowRange | None:
        """Return the first chunk, or None where there is none; the next walk goes on from it."""
        if self._begun is None or not self._begun.suits(self):
            walk = self._walk()
            self._begun = _Begun(self.format, self.whole, next(walk, None), walk)
        return self._begun.first

    def beginning(self, lines: int) -> Chunk | RowRange | None:
        """Return the first chunk, or its first lines where these are easily had."""
        first = self.first()
        return first.beginning(lines) if isinstance(first, Chunk) else first

    def chunks(self) -> Iterator[Chunk | RowRange]:
        """Walk through the file."""
        begun, self._begun = self._begun, None
        if begun is None or not begun.suits(self):
            return self._walk()
        return iter(()) if begun.first is None else chain([begun.first], begun.rest)

    def _walk(self) -> Iterator[Chunk | RowRange]:
        whole = self.whole  # as it is now: a walk that was begun may go on after it changed
        if self.format.kind == "parquet":
            yield from row_ranges(self.path, self.rows, whole=whole)
            return
        most = self.chunk_bytes or (WHOLE_BYTES if whole else self._even_chunk_bytes())
        text = TextSource(self.path, self.format, chunk_bytes=most)
        for chunk in text:
            if whole and chunk.number:
                raise BadInput(
                    f"rows of such a file belong together, and it exceeds {WHOLE_BYTES >> 20} MB; split it "
                    "between two orders, with the header in each part, and upload the parts"
                )
            self.doubts = text.doubts
            yield chunk
        self.doubts = text.doubts

    def _even_chunk_bytes(self) -> int:
        """Return a size that cuts a plain file into equal chunks, which keep two or four workers busy."""
        if self.format.compression != "none" or self.format.kind == "xlsx":
            return CHUNK_BYTES
        size = self.path.stat().st_size
        chunks = _WORKERS * max(1, math.ceil(size / (_WORKERS * CHUNK_BYTES)))
        return min(CHUNK_BYTES, max(size // chunks + _LINE_BYTES, _LEAST_BYTES))


@dataclass
class _Begun:
    """A walk through a file that has come as far as the first chunk."""

    format: Format
    whole: bool
    first: Chunk | RowRange | None
    rest: Iterator[Chunk | RowRange]

    def suits(self, source: Source) -> bool:
        """Say whether a walk through the source would give the same; a file of one chunk came whole."""
        if self.format != source.format:
            return False
        if source.whole and not self.whole:
            following = next(self.rest, None)
            self.whole = following is None
            self.rest = self.rest if following is None else chain([following], self.rest)
        return self.whole == source.whole
