"""A part of a file, as the engine takes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patronage.logic.ingest.places import LineEnds


@dataclass(frozen=True, kw_only=True)
class Chunk:
    r"""Complete records of a file, without its header.

    Parameters
    ----------
    number
        The place among the file's chunks, from 0.
    first_line
        The line of the first record in the original text, from 1; of a sheet its row.
    content
        UTF-8. Of CSV: records with ``\n`` or ``\r\n`` throughout and the source's delimiter; runs of blanks
        have become tabs. Of JSON: one document a line.
    has_quotes
        Whether the quote character occurs, so that cells may hold line breaks.
    has_returns
        Whether a carriage return may occur.
    lines
        The original line of each record, where the records do not stand on consecutive lines.
    line_ends
        Those of `content`, where they were counted.
    written
        Of CSV, the same lines as they stand in the file, where `content` has other line ends, blanks or tabs.
    """

    number: int
    first_line: int
    content: bytes
    has_quotes: bool = False
    has_returns: bool = True
    lines: tuple[int, ...] | None = None
    line_ends: LineEnds | None = None
    written: bytes | None = None

    def beginning(self, lines: int) -> Chunk:
        """Return a chunk of the first lines, at least so many; the same one where that needs a search."""
        if self.has_quotes or self.lines is not None or self.line_ends is None:
            return self
        end = self.line_ends.start_after(self.content, lines)
        return replace(self, content=self.content[:end], line_ends=None, written=None) if end else self
