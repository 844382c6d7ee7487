"""Find an id in bytes and in values, as every writer of ours may have written it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape

from patronage.logic.shown import shown

if TYPE_CHECKING:
    from collections.abc import Collection

ERASED = "(erased)"
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MARKS_OF_XML = {'"': "&quot;", "'": "&apos;"}
_TELLING_CHARACTERS = 4
_FLOAT = re.compile(r"(-?[0-9]+)\.0+")


class Form(NamedTuple):
    """The bytes of a text in one encoding, and how many bytes a character has there at least."""

    content: bytes
    width: int
    is_big_endian: bool = False


def forms_of(text: str) -> frozenset[Form]:
    """Return the bytes by which a text may stand in an object.

    As it is, with its quotes doubled as CSV has them, and escaped as JSON and XML have them, each in the
    encodings of uploads.
    """
    marked = {escape(text), escape(text, _MARKS_OF_XML), escape(text, {'"': "&quot;"})}
    doubled = {text.replace(quote, quote * 2) for quote in ('"', "'")}
    escaped = {_escaped(text, is_ascii) for is_ascii in (True, False)}
    twice = {_escaped(each, is_ascii) for each in escaped | doubled for is_ascii in (True, False)}
    forms: set[Form] = set()
    for form in {text, *marked, *doubled, *escaped, *twice}:
        forms.add(Form(form.encode("utf-8", "surrogatepass"), 1))
        forms.add(Form(form.encode("utf-16-le", "surrogatepass"), 2))
        forms.add(Form(form.encode("utf-16-be", "surrogatepass"), 2, is_big_endian=True))
        with contextlib.suppress(UnicodeEncodeError):
            forms.add(Form(form.encode("windows-1252"), 1))
    return frozenset(forms)


def mentions(content: bytes, forms: Collection[Form]) -> bool:
    """Say whether one of the forms stands in bytes, and is no part of a longer word there."""
    return any(_stands_alone(content, form) for form in forms)


def is_telling(content: bytes, forms: Collection[Form]) -> bool:
    """Say whether a mention tells anything: in bytes that are no text each short id stands somewhere."""
    is_text = b"\0" not in content or content.startswith(_MARKS)
    return is_text or min(len(form.content) // form.width for form in forms) >= _TELLING_CHARACTERS


def is_among(value: Any, wanted: Collection[str]) -> bool:
    """Say whether a value of JSON is, or holds, one of some texts; a number counts as its digits."""
    match value:
        case dict():
            return any(is_among(each, wanted) for pair in value.items() for each in pair)
        case list():
            return any(is_among(each, wanted) for each in value)
        case bool() | None:
            return False
    return same_cell(str(value), wanted)


def same_cell(cell: str, wanted: Collection[str]) -> bool:
    """Say whether a cell is one of some ids, also where blanks or ``.0`` of a spreadsheet stand beside it."""
    stripped = cell.strip()
    whole = _FLOAT.fullmatch(stripped)
    return cell in wanted or stripped in wanted or (whole is not None and whole[1] in wanted)


def cells_of_line(raw: str, delimiter: str, quote: str) -> list[str]:
    """Cut the text of a refused row into cells, as far as it lets itself be cut."""
    parts = raw.split() if delimiter == " " else raw.split(delimiter) if delimiter else [raw]
    cells = [part.strip().strip(quote) if quote else part for part in parts]
    if quote and len(delimiter) == 1 and len(quote) == 1:
        text = io.StringIO(raw, newline="")
        with contextlib.suppress(csv.Error):  # a row that has no proper cells has its pieces still
            cells += [cell for row in csv.reader(text, delimiter=delimiter, quotechar=quote) for cell in row]
    return cells


def redacted(text: str, wanted: Collection[str]) -> str:
    """Return a sentence in which no id of some stands within quotes, as our messages quote values."""
    for each in wanted:
        for quoted in {repr(each), shown(each), f"'{each}'", f'"{each}"'}:
            text = text.replace(quoted, ERASED)
    return text


def _escaped(text: str, is_ascii: bool) -> str:
    return json.dumps(text, ensure_ascii=is_ascii)[1:-1]


def _stands_alone(content: bytes, form: Form) -> bool:
    width = form.width
    at = content.find(form.content)
    while at >= 0:
        end = at + len(form.content)
        before, after = content[max(0, at - width) : at], content[end : end + width]
        if not (_joins(before, form.content[:width], form) or _joins(after, form.content[-width:], form)):
            return True
        at = content.find(form.content, at + 1)
    return False


def _joins(beside: bytes, edge: bytes, form: Form) -> bool:
    """Say whether a character beside a match makes the match part of a longer word."""
    return _is_word(beside, form) and _is_word(edge, form)


def _is_word(character: bytes, form: Form) -> bool:
    if form.width == 1:
        return character.isalnum() or character >= b"\x80"
    text = character.decode("utf-16-be" if form.is_big_endian else "utf-16-le", "ignore")
    return text.isalnum()
