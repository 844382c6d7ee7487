"""Line ends: which kind a text has, and one kind throughout."""

from __future__ import annotations

import re

_DAMAGED_END = re.compile(rb"\r+\n")


def line_break(text: str, quote: str) -> str:
    r"""Say whether lines end in ``\n`` (also ``\r\n``) or, as on an old Macintosh, in ``\r`` alone.

    Parameters
    ----------
    text
        The beginning of the text.
    quote
        The character that encloses cells, whose line breaks do not count; may be empty.
    """
    if "\r" not in text:
        return "\n"
    outside = "".join(text.split(quote)[::2]) if quote else text
    return "\r" if "\r" in outside and "\n" not in outside else "\n"


def with_line_feeds(text: str, quote: str | None) -> str:
    """Give a sample's lines one kind of end, for looking at its cells; the number of lines stays.

    Parameters
    ----------
    text
        The beginning of the text.
    quote
        What encloses cells; None where that is unknown as yet.
    """
    if "\r" not in text:
        return text
    if "\r" in (line_break(text, each) for each in ("\"'" if quote is None else (quote,))):
        return text.replace("\n", " ").replace("\r", "\n")
    return re.sub("\r+\n", "\n", text).replace("\r", " ")


def even_line_ends(content: bytes, quote: bytes, newline: bytes) -> tuple[bytes, bool]:
    r"""Give the lines one kind of end: DuckDB's reader refuses a text that mixes them.

    Parameters
    ----------
    content
        Complete records.
    quote
        What may enclose cells, whose line breaks stay as they are; may be empty.
    newline
        What ends a line: ``b"\n"`` (also ``\r\n``) or ``b"\r"``.

    Returns
    -------
    bytes, bool
        The records with ``\n`` or with ``\r\n`` throughout, and whether a ``\r`` inside a line had to become
        a blank.
    """
    if b"\r" not in content or (newline == b"\n" and _is_even(content)):
        return content, False
    if not quote or quote not in content:
        return _even(content, newline)
    parts = content.split(quote)
    if len(parts) % 2 == 0:  # a stray quote: what is inside a cell cannot be told by counting
        return _even(content, newline)
    outside = b"".join(parts[::2])
    if newline == b"\n" and _is_even(outside):
        return content, False
    evened = [_even(part, newline) for part in parts[::2]]
    parts[::2] = [part for part, _ in evened]
    return quote.join(parts), any(has_blank for _, has_blank in evened)


def _is_even(content: bytes) -> bool:
    returns, both = content.count(b"\r"), content.count(b"\r\n")
    return returns == both and both in (0, content.count(b"\n"))


def _even(content: bytes, newline: bytes) -> tuple[bytes, bool]:
    if newline == b"\r":
        return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), False
    content = _DAMAGED_END.sub(b"\n", content)
    return content.replace(b"\r", b" "), b"\r" in content
