"""Find where records end in the bytes of a CSV text, so that it can be read in parts.

A line break ends a record unless it stands inside a quoted cell. Where quotes are well formed, counting them
tells inside from outside; where a stray quote spoils the count, the cells are followed one by one, and where
even that finds no end, lines that split into the right number of cells show that they stand outside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from patronage.logic.ingest.recognition._cells import BLANKS, ONE_CELL, split_records

_LINES_THAT_CONVINCE = 20
_TAIL_BYTES = 1 << 18
_PADDING = 16  # bytes of blanks that may stand before an opening quote


@dataclass(frozen=True)
class Cutting:
    r"""How records end: `newline` is ``b"\n"`` or ``b"\r"``, `columns` the expected number of cells."""

    delimiter: str
    quote: str
    columns: int
    newline: bytes = b"\n"

    @cached_property
    def quote_byte(self) -> bytes:
        """What may enclose a cell; empty where every line break ends a record."""
        return b"" if self.delimiter == ONE_CELL else self.quote.encode()

    @cached_property
    def _starts(self) -> tuple[bytes, ...]:
        blanks = (b" ", b"\t") if self.delimiter == BLANKS else ()
        return (self.delimiter.encode(), self.newline, *blanks)

    @cached_property
    def _ends(self) -> tuple[bytes, ...]:
        return (*self._starts, b"\r")

    @cached_property
    def _rest_of_cell(self) -> re.Pattern[bytes]:
        quote = re.escape(self.quote_byte)
        return re.compile(rb"(?:[^" + quote + rb"]++|" + quote + quote + rb")*+")

    def end_of_last_record(self, content: bytes) -> int:
        """Return where the last complete record of a text that begins with a record ends; 0 for none."""
        end = content.rfind(self.newline) + 1
        if not end or not self.quote_byte or self.quote_byte not in content:
            return end
        end = self._even_end(content, end)
        if end and (self._is_outside(content, end) or self._is_well_formed(content[:end])):
            return end
        return self._followed(content)[0]

    def end_of_first_record(self, content: bytes) -> int:
        """Return where the first record of a text ends; 0 where the text ends before it."""
        end = content.find(self.newline)
        at = 0
        while end >= 0 and self.quote_byte:
            at = content.find(self.quote_byte, at, end)
            if at < 0:
                break
            if self._starts_cell(content, at):
                at = self._close(content, at)
                end = content.find(self.newline, at)
            at += 1
        return end + 1

    def open_quote(self, content: bytes) -> int:
        """Return where a quote opens that nothing closes before the text ends; -1 for none."""
        return self._followed(content)[1]

    def end_by_cells(self, content: bytes) -> int:
        """Return a late line break before which 20 lines each split into the right number of cells.

        Fewer than 20 do not convince, nor does a table of one column. Returns 0 where there is none.
        """
        if self.columns < 2:
            return 0
        end = content.rfind(self.newline) + 1
        lines = content[max(0, end - _TAIL_BYTES) : end].split(self.newline)[1:-1]
        run = 0
        for line in reversed(lines):
            run = run + 1 if self._fits(line) else 0
            if run == 1:
                last = end
            if run == _LINES_THAT_CONVINCE:
                return last
            end -= len(line) + 1
        return 0

    def _even_end(self, content: bytes, end: int) -> int:
        """Go back to a line break before which the quotes are even in number."""
        count = content.count(self.quote_byte, 0, end)
        while count % 2:
            last = content.rfind(self.quote_byte, 0, end)
            before = content.rfind(self.newline, 0, last) + 1
            count -= content.count(self.quote_byte, before, end)
            end = before
        return end

    def _is_outside(self, content: bytes, end: int) -> bool:
        """Say whether the quotes around a place can only close before it and only open after it."""
        before, after = content.rfind(self.quote_byte, 0, end), content.find(self.quote_byte, end)
        closes = before < 0 or (self._ends_cell(content, before) and not self._starts_cell(content, before))
        opens = after < 0 or (self._starts_cell(content, after) and not self._ends_cell(content, after))
        return closes and opens

    def _is_well_formed(self, content: bytes) -> bool:
        """Say whether each quote that is not doubled opens or closes a cell, and as many do either."""
        quote = self.quote_byte
        content = content.replace(quote + quote, b"")
        opened = sum(content.count(start + quote) for start in self._starts) + content.startswith(quote)
        closed = sum(content.count(quote + end) for end in self._ends)
        return opened == closed and opened + closed == content.count(quote)

    def _starts_cell(self, content: bytes, at: int) -> bool:
        before = content[max(0, at - _PADDING) : at]
        if before.endswith(self._starts):
            return True
        before = before.rstrip(b" ")
        return before.endswith(self._starts) if before else at <= _PADDING

    def _ends_cell(self, content: bytes, at: int) -> bool:
        return content.startswith(self._ends, at + 1) or at + 1 == len(content)

    def _close(self, content: bytes, opening: int) -> int:
        """Return the place of the quote that closes a cell, or the text's length."""
        match = self._rest_of_cell.match(content, opening + 1)
        return match.end() if match else len(content)

    def _followed(self, content: bytes) -> tuple[int, int]:
        """Follow the cells: return the end of the last record, and the place of a quote left open or -1."""
        end, outside, at = 0, 0, content.find(self.quote_byte)
        while at >= 0:
            if self._starts_cell(content, at):
                end = content.rfind(self.newline, outside, at) + 1 or end
                outside = self._close(content, at)
                if outside == len(content):
                    return end, at
                at = outside
            at = content.find(self.quote_byte, at + 1)
        return content.rfind(self.newline, outside) + 1 or end, -1

    def _fits(self, line: bytes) -> bool:
        text = line.decode("latin-1").rstrip("\r\n")
        if self.quote and text.count(self.quote) % 2:
            return False
        records = split_records([text], self.delimiter, self.quote, most=1)
        return bool(records) and len(records[0].cells) == self.columns if records else False
