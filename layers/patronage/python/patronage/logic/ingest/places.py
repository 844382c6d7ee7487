"""Say where the records of a chunk stand in its file: the line of each, and its text as it was written."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

_STRIDE = 1 << 16


@dataclass(frozen=True)
class LineEnds:
    """How many line ends stand before each multiple of so many bytes of a text, and in all of it."""

    before: tuple[int, ...] = ()
    total: int = 0

    @classmethod
    def of(cls, content: bytes, newline: bytes = b"\n") -> LineEnds:
        """Count them; `newline` is one byte."""
        before, total = [], 0
        for start in range(0, len(content), _STRIDE):
            before.append(total)
            total += content.count(newline, start, start + _STRIDE)
        return cls(tuple(before), total)

    def up_to(self, content: bytes, position: int) -> int:
        r"""Return how many ``\n`` stand before a position of the text that was counted."""
        if not self.before:
            return 0
        known = min(position // _STRIDE, len(self.before) - 1)
        return self.before[known] + content.count(b"\n", known * _STRIDE, position)

    def start_after(self, content: bytes, lines: int) -> int:
        r"""Return where a line begins that has so many lines before it, or some more; 0 for none."""
        stride = bisect_left(self.before, lines)
        return content.find(b"\n", stride * _STRIDE) + 1 if stride < len(self.before) else 0


@dataclass(frozen=True)
class Place:
    """A record: its line in the file, from 1, and its text."""

    line: int
    text: str


def places(
    content: bytes,
    wanted: Collection[int],
    *,
    unsplit: Mapping[int, int] | None = None,
    quote: str = "",
    first_line: int = 1,
    lines: Sequence[int] | None = None,
    count: int | None = None,
    line_ends: LineEnds | None = None,
) -> tuple[dict[int, Place], list[Place]]:
    """Find records of a chunk.

    Parameters
    ----------
    content : bytes
        The chunk, UTF-8.
    wanted : collection of int
        Numbers of records, from 1, among those that were read.
    unsplit : mapping of int to int, optional
        Where the others start, in bytes, and how many line ends each holds; blank lines may come first.
    quote : str
        The character within which a record may hold line ends; empty where the chunk has none.
    first_line : int
        Line of the chunk's first byte in the file.
    lines : sequence of int, optional
        The line of each record, where they do not stand on consecutive lines.
    count : int, optional
        How many records were read; where the chunk has a line for each record, no walk over all is needed.
    line_ends : LineEnds, optional
        Those of the chunk, where they were counted.

    Returns
    -------
    dict and list
        The place of each wanted record, and of each unsplit one.
    """
    unsplit = unsplit or {}
    others = {after_blanks(content, start): ends for start, ends in unsplit.items()}
    has_line_each = lines is None and not quote and not any(unsplit.values())
    if has_line_each and count is not None:
        ends = line_ends or LineEnds.of(content)
        # As many lines as records, so that none is blank.
        if ends.total + (not content.endswith(b"\n")) == count + len(unsplit):
            return _places_on_lines(content, wanted, sorted(others), first_line, ends)
    found, rest, number = {}, [], 0
    for ordinal, (line, start, end) in enumerate(_records(content, quote.encode(), others)):
        is_unsplit = start in others
        number += not is_unsplit
        if is_unsplit or number in wanted:
            text = content[start:end].decode("utf-8", "replace").rstrip("\r\n")
            place = Place(first_line + line if lines is None else lines[ordinal], text)
            if is_unsplit:
                rest.append(place)
            else:
                found[number] = place
    return found, rest


def written_texts(found: Iterable[Place], written: bytes, first_line: int) -> dict[int, str]:
    """Return the texts of records as the file has them, by the line that each begins on.

    Parameters
    ----------
    found : iterable of Place
        The records, as they stand in the chunk that the reader takes.
    written : bytes
        The chunk's lines as they stand in the file.
    first_line : int
        Line of the first byte of `written`.
    """
    texts, start, at = {}, 0, first_line
    for place in sorted(found, key=lambda each: each.line):
        start, at = _lines_on(written, start, place.line - at), place.line
        end = _lines_on(written, start, place.text.count("\n") + 1)
        texts[place.line] = written[start:end].decode("utf-8", "replace").rstrip("\r\n")
    return texts


def _lines_on(content: bytes, start: int, count: int) -> int:
    """Return the byte on which a line begins, so many lines after the one that begins at `start`."""
    for _ in range(count):
        start = (content.find(b"\n", start) + 1) or len(content)
    return start


def _places_on_lines(
    content: bytes, wanted: Collection[int], unsplit: Sequence[int], first_line: int, ends: LineEnds
) -> tuple[dict[int, Place], list[Place]]:
    """Find records of which each is a line: the others are counted where they stand."""
    left_out = [ends.up_to(content, start) + 1 for start in unsplit]
    rest = [
        Place(first_line + line - 1, _line_at(content, start))
        for line, start in zip(left_out, unsplit, strict=True)
    ]
    shifts = [line - before for before, line in enumerate(left_out)]
    lines = {number: number + bisect_right(shifts, number) for number in wanted}
    found = _on_lines(content, set(lines.values()), first_line, ends)
    return {number: found[line] for number, line in lines.items()}, rest


def _on_lines(content: bytes, wanted: Collection[int], first_line: int, ends: LineEnds) -> dict[int, Place]:
    """Find records that are lines, going from one line end to the next only near those that are wanted."""
    found, start, at = {}, 0, 1
    for number in sorted(wanted):
        stride = bisect_left(ends.before, number - 1) - 1  # the last in which the line may begin
        if stride >= 0 and ends.before[stride] + 1 > at:
            start, at = stride * _STRIDE, ends.before[stride] + 1
        while at < number:
            start, at = content.index(b"\n", start) + 1, at + 1
        found[number] = Place(first_line + number - 1, _line_at(content, start))
    return found


def _line_at(content: bytes, start: int) -> str:
    """Return the line that a byte is of."""
    begin = content.rfind(b"\n", 0, start) + 1
    end = content.find(b"\n", start)
    line = content[begin : len(content) if end < 0 else end]
    return line.decode("utf-8", "replace").rstrip("\r")


def after_blanks(content: bytes, start: int) -> int:
    """Return the first byte from a start on that ends no line."""
    while start < len(content) and content[start] in b"\r\n":
        start += 1
    return start


def _records(content: bytes, quote: bytes, unsplit: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """Walk over the records that are not blank: line from 0, first byte, byte after the last."""
    start = line = 0
    starts = sorted(unsplit)
    while start < len(content):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end + 1
        for _ in range(unsplit.get(start, 0)):
            end = (content.find(b"\n", end) + 1) or len(content)
        if quote and start not in unsplit:
            end = _closed(content, quote, start, end)
        if (following := bisect_right(starts, start)) < len(starts):
            end = min(end, starts[following])  # no record reaches into the next one that is known
        if content[start:end].strip(b"\r\n"):
            yield line, start, end
        line += content.count(b"\n", start, end) if quote else 1
        start = end


def _closed(content: bytes, quote: bytes, start: int, end: int) -> int:
    """Go on to the line end at which every quote is closed."""
    count = content.count(quote, start, end)
    while count % 2 and end < len(content):
        following = content.find(b"\n", end)
        following = len(content) if following < 0 else following + 1
        count += content.count(quote, end, following)
        end = following
    return end
