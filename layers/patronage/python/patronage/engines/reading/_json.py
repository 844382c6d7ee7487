"""Read JSON documents that do not stand one a line: an array, an object, or documents over several lines."""

from __future__ import annotations

import re
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any

from patronage.engines.reading._chunk import Chunk
from patronage.engines.reading._containers import HEAD_BYTES, head_of, unpacked_blocks
from patronage.errors import BadInput
from patronage.logic.ingest.recognition import DECODER, is_one_list, sample_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patronage.engines.reading._utf8 import Utf8Text
    from patronage.logic.ingest.recognition import Format

_MOST_CHARACTERS = 64 << 20
_LOOK_AHEAD = 64  # characters after a document that show that it is not cut short
_BLANK = re.compile(r"[ \t\r\n]*")
_STRING_OR_MARKS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^" \t\r\n]++')


def json_chunks(path: Path, found: Format, text: Utf8Text, *, chunk_bytes: int) -> Iterator[Chunk]:
    """Yield the documents of a JSON text, each on one line and with its numbers as they are written."""
    blocks = unpacked_blocks(path, found.compression, found.member, block_bytes=HEAD_BYTES)
    documents = _documents(_Stream(text.texts(blocks)), path, found)
    number, size = 0, 0
    lines: list[int] = []
    texts: list[bytes] = []
    for line, document in documents:
        lines.append(line)
        texts.append(document.encode() + b"\n")
        size += len(texts[-1])
        if size >= chunk_bytes:
            yield _chunk(number, lines, texts)
            number, size, lines, texts = number + 1, 0, [], []
    if texts:
        yield _chunk(number, lines, texts)


def _chunk(number: int, lines: list[int], texts: list[bytes]) -> Chunk:
    return Chunk(number=number, first_line=lines[0], content=b"".join(texts), lines=tuple(lines))


def _documents(stream: _Stream, path: Path, found: Format) -> Iterator[tuple[int, str]]:
    if found.shape == "array":
        stream.expect("[")
        yield from stream.elements("]")
    elif found.shape == "lines":
        yield from _one_after_another(stream)
        return
    else:
        head, is_whole = head_of(path, found.compression, found.member)
        yield from _object(stream, sample_text(head, found.encoding, is_whole=is_whole))
    if stream.peek():
        raise stream.damage("something follows the end of the JSON text")


def _one_after_another(stream: _Stream) -> Iterator[tuple[int, str]]:
    while stream.peek():
        yield stream.document()
        if stream.peek() == ",":
            stream.expect(",")


def _object(stream: _Stream, head: str) -> Iterator[tuple[int, str]]:
    stream.expect("{")
    if not is_one_list(head):
        yield from stream.pairs()
        return
    name = stream.key()
    stream.expect("[")
    yield from stream.elements("]")
    if stream.peek() == ",":
        raise BadInput(
            f"line {stream.line}: another key follows the array {name}, which alone was read as the rows; "
            "upload each array as a file of its own"
        )
    stream.expect("}")


class _Stream:
    """JSON text that is read on as its documents are taken; `line` is that of its next character."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._text = ""
        self._at = 0
        self.line = 1
        self._is_last = False

    def peek(self) -> str:
        """Return the next character that is no blank; empty at the end."""
        while True:
            found = self._text[self._at : self._at + 1]
            if found and found not in " \t\r\n":
                return found
            match = _BLANK.match(self._text, self._at)
            self._move(match.end() if match else self._at)
            if self._at == len(self._text):
                if self._is_last:
                    return ""
                self._read(1)

    def expect(self, character: str) -> None:
        """Pass over a character.

        Raises
        ------
        BadInput
            Another one stands there, or the text ends.
        """
        found = self.peek()
        if found != character:
            raise self.damage(f"{character} is missing" if found else "it ends too soon")
        self._move(self._at + 1)

    def elements(self, end: str) -> Iterator[tuple[int, str]]:
        """Yield the elements up to the closing bracket."""
        while self.peek() != end:
            yield self.document()
            if self.peek() != end:
                self.expect(",")
        self.expect(end)

    def pairs(self) -> Iterator[tuple[int, str]]:
        """Yield an object's pairs, each as an object of `key` and `value`."""
        while self.peek() != "}":
            line = self.line
            key = self.key()
            yield line, f'{{"key":{key},"value":{self.document()[1]}}}'
            if self.peek() != "}":
                self.expect(",")
        self.expect("}")

    def key(self) -> str:
        """Take a key and the colon after it; return the key as it is written, with its quotes."""
        if self.peek() != '"':
            raise self.damage("a key in double quotes is missing")
        _, key = self.document()
        self.expect(":")
        return key

    def document(self) -> tuple[int, str]:
        """Take one value: its line, and its text without blanks between its parts."""
        self.peek()
        line = self.line
        end = self._end_of_document()
        text = self._text[self._at : end]
        self._move(end)
        return line, "".join(_STRING_OR_MARKS.findall(text))

    def damage(self, what: str, at: int | None = None) -> BadInput:
        """Return the error for a place in the text."""
        line = self.line + self._text.count("\n", self._at, self._at if at is None else at)
        return BadInput(f"line {line}: the JSON text is damaged ({what}); mend it there and upload it again")

    def _end_of_document(self) -> int:
        while True:
            try:
                end: int = self._decoded()[1]
            except JSONDecodeError as exc:
                is_real = exc.pos < len(self._text) - _LOOK_AHEAD and not exc.msg.startswith("Unterminated")
                if self._is_last or is_real:
                    raise self.damage(exc.msg, exc.pos) from exc
            except RecursionError as exc:
                raise self.damage("it is nested too deeply") from exc
            else:
                if self._is_last or end < len(self._text) - _LOOK_AHEAD:
                    return end
            length = len(self._text) - self._at
            if length >= _MOST_CHARACTERS:
                raise BadInput(
                    f"line {self.line}: the JSON document there is longer than {_MOST_CHARACTERS >> 20} MB; "
                    "write each row as an object of its own"
                )
            self._read(min(length, _MOST_CHARACTERS - length) + 1)

    def _decoded(self) -> tuple[Any, int]:
        return DECODER.raw_decode(self._text, self._at)

    def _move(self, at: int) -> None:
        self.line += self._text.count("\n", self._at, at)
        self._at = at

    def _read(self, size: int) -> None:
        """Drop what was taken, and read at least `size` characters more where there are as many."""
        texts, length = [self._text[self._at :]], 0
        while length < size and not self._is_last:
            text = next(self._texts, None)
            if text is None:
                self._is_last = True
            else:
                texts.append(text)
                length += len(text)
        self._text, self._at = "".join(texts), 0
