"""Tell a text's encoding, and turn it into UTF-8."""

from __future__ import annotations

import codecs

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LEAST_NUL_SHARE = 0.1
_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
# Python's own codec raises for the five bytes that the code page leaves undefined; browsers read them as
# the control characters of Latin-1 (WHATWG Encoding Standard, windows-1252), and so do we.
_WINDOWS_1252 = "".join(
    chr(code) if code in _UNDEFINED else bytes([code]).decode("windows-1252") for code in range(256)
)


def recognise_encoding(head: bytes, *, is_whole: bool, given: str = "") -> tuple[str, tuple[str, ...]]:
    """Say how a text is encoded, and what was assumed.

    Parameters
    ----------
    head
        The text's first bytes.
    is_whole
        Whether that is all of it.
    given
        The encoding that somebody states, or empty; `utf-16` leaves the order of bytes open.
    """
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    if given and given != "utf-16":
        return given, ()
    if marked:
        return marked, ()
    wide = _utf16_by_nuls(head)
    if wide or given:
        name = wide or "utf-16-le"
        return name, (f"the text has no byte order mark; it was read as {name}",)
    return _narrow_encoding(head, is_whole=is_whole)


def _utf16_by_nuls(head: bytes) -> str:
    """Return the UTF-16 whose high bytes are mostly NUL, or nothing (Latin letters and digits have such)."""
    pairs = len(head) // 2
    even, odd = head[::2].count(0), head[1::2].count(0)
    for name, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if pairs and high >= pairs * _LEAST_NUL_SHARE and high > 10 * low:
            return name
    return ""


def _narrow_encoding(head: bytes, *, is_whole: bool) -> tuple[str, tuple[str, ...]]:
    if head.isascii():
        return "utf-8", ()
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=is_whole)
    except UnicodeDecodeError as exc:
        if is_mostly_utf8(head):
            return "utf-8", ()
        line = head.count(b"\n", 0, exc.start) + 1
        return "windows-1252", (
            f"line {line} is not UTF-8, so the file was read as Windows-1252 (Latin-1); "
            "state its encoding if that is wrong",
        )
    return "utf-8", ()


def is_mostly_utf8(content: bytes) -> bool:
    """Say whether the characters of several bytes that are valid UTF-8 outnumber the invalid bytes."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return beyond_ascii - broken > broken


def without_mark(head: bytes, encoding: str) -> bytes:
    """Drop the byte order mark of the encoding from the start of a text."""
    mark = next((mark for mark, name in _MARKS if name == encoding), b"")
    return head.removeprefix(mark) if mark else head


def windows_1252_text(content: bytes) -> str:
    """Decode Windows-1252; every byte has a character."""
    return codecs.charmap_decode(content, "strict", _WINDOWS_1252)[0]


def sample_text(head: bytes, encoding: str, *, is_whole: bool) -> str:
    """Decode the beginning of a text leniently, without its mark and without a character cut in two."""
    content = without_mark(head, encoding)
    if encoding == "windows-1252":
        return windows_1252_text(content)
    return codecs.getincrementaldecoder(encoding)("replace").decode(content, final=is_whole)
