"""Take lines out of a text that is read in blocks; what stays is the same bytes."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def without_lines(
    blocks: Iterable[bytes], spans: Iterable[tuple[int, int]], newline: bytes
) -> Iterator[bytes]:
    r"""Yield a text without some of its lines.

    Parameters
    ----------
    blocks : iterable of bytes
        The text; blocks may end anywhere.
    spans : iterable of (int, int)
        First and last line of what goes, from 1.
    newline : bytes
        What ends a line, in the text's encoding: two bytes in UTF-16, where each character begins at an even
        place.
    """
    chosen = _merged(spans)
    firsts = [first for first, _ in chosen]
    for number, line in enumerate(_lines(blocks, newline), 1):
        at = bisect_right(firsts, number) - 1
        if at < 0 or number > chosen[at][1]:
            yield line
        elif number == 1:
            yield next((mark for mark in _MARKS if line.startswith(mark)), b"")


def _merged(spans: Iterable[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _lines(blocks: Iterable[bytes], newline: bytes) -> Iterator[bytes]:
    """Yield each line with its end."""
    rest = b""
    for block in blocks:
        content = rest + block
        start = 0
        while (end := _end_of_line(content, newline, start)) > 0:
            yield content[start:end]
            start = end
        rest = content[start:]
    if rest:
        yield rest


def _end_of_line(content: bytes, newline: bytes, start: int) -> int:
    """Return the byte after a line's end; 0 where the text ends before it."""
    width = len(newline)
    at = content.find(newline, start)
    while at >= 0 and (at - start) % width:
        at = content.find(newline, at + 1)
    return at + width if at >= 0 else 0
