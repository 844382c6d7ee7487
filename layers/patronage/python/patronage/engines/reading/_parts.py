"""Cut a text, read in blocks, into parts that end where records end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.errors import BadInput
from patronage.logic.ingest.places import LineEnds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from patronage.logic.ingest.recognition import Cutting

_BOUND = 4  # times the size of a part: how long a record, or an open quote, may reach
_LEAST_BOUND_BYTES = 1 << 20


class Parts:
    """Cuts blocks into parts.

    Parameters
    ----------
    blocks
        The text's bytes.
    cutting
        How its records end.
    part_bytes
        About how long a part should be.

    Attributes
    ----------
    line_ends
        Those of the part that was yielded last.
    """

    def __init__(self, blocks: Iterable[bytes], cutting: Cutting, *, part_bytes: int) -> None:
        self._blocks = iter(blocks)
        self._cutting = cutting
        self._enough = part_bytes * 3 // 4
        self._bound = max(_BOUND * part_bytes, _LEAST_BOUND_BYTES)
        self._content = b""
        self._is_last = False
        self._line = 1
        self.line_ends = LineEnds()

    def skip(self, lines: int, *, has_header: bool) -> None:
        """Pass over lines, and over the record after them where it is the header."""
        self._fill(self._enough)
        for _ in range(lines):
            while not (end := self._content.find(self._cutting.newline) + 1) and self._can_grow():
                pass
            self._drop(end or len(self._content))
        if has_header:
            while not (end := self._cutting.end_of_first_record(self._content)) and self._can_grow():
                pass
            self._drop(end or len(self._content))

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield the line that a part begins on, and its bytes."""
        self._fill(self._enough)
        while self._content:
            end = self._end()
            line, part = self._line, self._content[:end]
            self.line_ends = LineEnds.of(part, self._cutting.newline)
            self._line += self.line_ends.total
            self._content = self._content[end:]
            yield line, part
            self._fill(self._enough)

    def _end(self) -> int:
        while not self._is_last:
            if end := self._cutting.end_of_last_record(self._content):
                return end
            if len(self._content) >= self._bound:
                return self._cutting.end_by_cells(self._content) or self._give_up()
            self._fill(2 * len(self._content))
        return len(self._content)

    def _can_grow(self) -> bool:
        """Read on, and say whether there was more."""
        if len(self._content) >= self._bound:
            self._give_up()
        was_last = self._is_last
        self._fill(2 * len(self._content) + 1)
        return not was_last

    def _fill(self, size: int) -> None:
        """Read until `size` bytes wait or the text ends; a block that comes alone is not copied."""
        blocks = [self._content] if self._content else []
        length = len(self._content)
        while length < size and not self._is_last:
            block = next(self._blocks, None)
            if block is None:
                self._is_last = True
            elif block:
                blocks.append(block)
                length += len(block)
        self._content = blocks[0] if len(blocks) == 1 else b"".join(blocks)

    def _drop(self, end: int) -> None:
        self._line += self._content.count(self._cutting.newline, 0, end)
        self._content = self._content[end:]

    def _give_up(self) -> int:
        megabytes = f"{self._bound / (1 << 20):,.0f} MB"
        opened = self._cutting.open_quote(self._content) if self._cutting.quote_byte else -1
        line = self._line + self._content.count(self._cutting.newline, 0, max(opened, 0))
        if opened < 0:
            raise BadInput(
                f"line {line} is longer than {megabytes}, too long for a record; "
                "export the file with line breaks between its rows"
            )
        raise BadInput(
            f"line {line} opens a quote that is not closed within {megabytes}, so the rows after it cannot "
            "be told apart; close or double the quote there and upload the file again"
        )
