"""A text file, or a sheet, as chunks of records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.engines.reading._containers import head_of
from patronage.engines.reading._csv import csv_chunks, json_lines_chunks
from patronage.engines.reading._json import json_chunks
from patronage.engines.reading._utf8 import Utf8Text
from patronage.engines.reading._workbook import sheet_chunks
from patronage.logic.ingest.recognition import BLANKS, ONE_CELL, has_document_a_line, sample_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patronage.engines.reading._chunk import Chunk
    from patronage.logic.ingest.recognition import Format

_CHUNK_BYTES = 16 << 20
_NO_TEXT_HOLDS_IT = "\x01"


class TextSource:
    """Read a CSV, JSON or XLSX file in chunks of complete records, as UTF-8.

    Iterating reads the file from its start each time.

    Parameters
    ----------
    path
        The file.
    found
        Its format, as `recognise` says; `has_header`, `header` and `skipped_lines` may have been replaced.
    chunk_bytes
        About how much of the file a chunk holds.

    Examples
    --------
    >>> for chunk in TextSource(path, recognise(path)):  # doctest: +SKIP
    ...     load(chunk.content)
    """

    def __init__(self, path: Path, found: Format, *, chunk_bytes: int = _CHUNK_BYTES) -> None:
        self._path = path
        self._found = found
        self._chunk_bytes = chunk_bytes
        self._text = Utf8Text(found)

    @property
    def delimiter(self) -> str:
        """What parts the cells of the chunks: a tab where the file has runs of blanks."""
        return {BLANKS: "\t", ONE_CELL: _NO_TEXT_HOLDS_IT}.get(self._found.delimiter, self._found.delimiter)

    @property
    def encoding(self) -> str:
        """How the file is encoded, as far as it was read."""
        return self._text.encoding

    @property
    def doubts(self) -> tuple[str, ...]:
        """What was assumed, also while reading: complete once iterated."""
        return self._found.doubts + tuple(self._text.doubts)

    def __iter__(self) -> Iterator[Chunk]:
        """Yield the chunks.

        Raises
        ------
        BadInput
            The file is damaged where the message says.
        """
        self._text = Utf8Text(self._found)
        if self._found.kind == "xlsx":
            return sheet_chunks(self._path, self._found, chunk_bytes=self._chunk_bytes)
        read = csv_chunks
        if self._found.kind == "json":
            read = json_lines_chunks if self._stands_on_lines() else json_chunks
        return read(self._path, self._found, self._text, chunk_bytes=self._chunk_bytes)

    def _stands_on_lines(self) -> bool:
        if self._found.shape != "lines":
            return False
        head, is_whole = head_of(self._path, self._found.compression, self._found.member)
        text = sample_text(head, self._found.encoding, is_whole=is_whole)
        return has_document_a_line(text, is_whole=is_whole)
