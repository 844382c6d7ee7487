"""Turn a text that is read in parts into UTF-8."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from patronage.logic.ingest.recognition import is_mostly_utf8, windows_1252_text, without_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from patronage.logic.ingest.recognition import Format

_NARROW = ("utf-8", "windows-1252")


class Utf8Text:
    """Reads a text's bytes as UTF-8, and as Windows-1252 from where they prove to be that.

    A text whose beginning is ASCII says nothing of its encoding. So the first bytes that are not valid UTF-8
    switch to Windows-1252, unless characters of several bytes were valid before: then they are damage, and
    stay, for the rows that hold them to be refused.

    Parameters
    ----------
    found
        The text's format.

    Attributes
    ----------
    encoding
        How the text is read at present.
    doubts
        Sentences on what was assumed while reading.
    """

    def __init__(self, found: Format) -> None:
        self.encoding = found.encoding
        self.doubts: list[str] = []
        self._is_surely_utf8 = found.encoding not in _NARROW or found.has_given_encoding

    def narrow_blocks(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Drop the byte order mark, and turn UTF-16 into UTF-8; other encodings stay."""
        if self.encoding in _NARROW:
            is_first = True
            for block in blocks:
                yield without_mark(block, self.encoding) if is_first else block
                is_first = False
            return
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        is_first = True
        for block in blocks:
            text = decoder.decode(block)
            yield self._checked(text.removeprefix("\ufeff") if is_first else text).encode()
            is_first = is_first and not text
        yield self._checked(decoder.decode(b"", final=True)).encode()

    def lines(self, content: bytes, *, line: int) -> bytes:
        """Return complete lines as UTF-8; `line` is the number of the first."""
        if self.encoding == "windows-1252":
            return content if content.isascii() else windows_1252_text(content).encode()
        if self._is_surely_utf8 or content.isascii():
            return content
        try:
            content.decode()
        except UnicodeDecodeError as exc:
            if not is_mostly_utf8(content):
                self._switch(line + content.count(b"\n", 0, exc.start))
                return self.lines(content, line=line)
        self._is_surely_utf8 = True
        return content

    def texts(self, blocks: Iterable[bytes]) -> Iterator[str]:
        """Decode blocks that may cut lines and characters; what is damaged becomes U+FFFD."""
        rest = b""
        line = 1
        for block in self.narrow_blocks(blocks):
            content = rest + block
            whole = _whole_characters(content)
            rest = content[whole:]
            yield self.lines(content[:whole], line=line).decode("utf-8", "replace")
            line += content.count(b"\n", 0, whole)
        yield self.lines(rest, line=line).decode("utf-8", "replace")

    def _switch(self, line: int) -> None:
        self.encoding = "windows-1252"
        self.doubts.append(
            f"from line {line} on the text is not UTF-8, so it was read as Windows-1252 (Latin-1); "
            "state its encoding if that is wrong"
        )

    def _checked(self, text: str) -> str:
        if "\ufffd" in text and not self.doubts:
            self.doubts.append(
                f"the text holds bytes that are not {self.encoding}; they stand as \ufffd where they were"
            )
        return text


def _whole_characters(content: bytes) -> int:
    """Return where the last character that may be cut in two begins, or the length."""
    for back in range(1, min(4, len(content)) + 1):
        byte = content[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(content) - back if back < needed else len(content)
    return len(content)
