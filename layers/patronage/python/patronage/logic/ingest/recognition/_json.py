"""Recognise the shape of a JSON text."""

from __future__ import annotations

import json
import re
from typing import Any

from patronage.errors import BadInput

DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
"""Decodes to look, not to keep: numbers stay text, so that no length of digits is refused."""
_START = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{\]"])')
_BLANK = re.compile(r"[ \t\r\n]*")
_LIST_OF_OBJECTS = re.compile(r"\[\s*[{\]]")
_MOST_RECORDS = 1000
_ENOUGH_VALUES = 3  # values behind a bracket: no CSV text begins so
_MOST_SHOWN = 40
_NAME = re.compile(r"[\w .-]{1,64}")
_AS_OBJECTS = 'write each row as an object such as {"order_id": "1"}'
_NO_OBJECTS = f"the JSON array's elements are no objects, so they have no named columns; {_AS_OBJECTS}"
PAIRS = ("key", "value")
"""The columns of an object whose pairs are the records."""


def looks_like_json(text: str) -> bool:
    """Say whether a text begins as a JSON object or array does."""
    return _START.match(text) is not None


def refuse_bare_values(text: str, *, is_whole: bool) -> None:
    """Raise BadInput where a text is JSON, but neither an object nor an array of them.

    A name in double quotes passes: it is also the header of a CSV file of one column.
    """
    start = _skip(text, 0)
    if text.startswith("[", start):
        if _has_values(text, start + 1):
            raise BadInput(_NO_OBJECTS)
        return
    value, end = _value(text, start)
    if not is_whole or end == start or text[end:].strip():
        return
    if not (text.startswith('"', start) and _NAME.fullmatch(str(value))):
        said = text[start:end] if end - start <= _MOST_SHOWN else text[start : start + _MOST_SHOWN] + " …"
        raise BadInput(f"the JSON text is a value alone, {said}, without named columns; {_AS_OBJECTS}")


def _has_values(text: str, at: int) -> bool:
    """Say whether what follows a bracket are values that are no objects, up to the array's end."""
    for _ in range(_ENOUGH_VALUES):
        begin = _skip(text, at)
        _, end = _value(text, begin)
        at = _skip(text, end)
        if end == begin:
            return False
        if text.startswith("]", at):
            return not text[at + 1 :].strip() or text[at + 1 :].lstrip(" \t\r").startswith("\n")
        if not text.startswith(",", at):
            return False
        at += 1
    return True


def _value(text: str, at: int) -> tuple[Any, int]:
    """Decode any value; where there is none, it ends where it begins."""
    try:
        value, end = DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None, at
    return value, end


def json_shape(text: str, *, is_whole: bool) -> tuple[str, tuple[str, ...]]:
    """Say what shape a JSON text has, and which keys its records have.

    An object alone is one record, unless all of its values are objects or arrays: then its pairs are the
    records, or, where its only value is an array of objects, that array's elements are.

    Parameters
    ----------
    text
        The beginning of the text.
    is_whole
        Whether that is all of it.

    Returns
    -------
    str, tuple of str
        `lines`, `array` or `object`; the keys in the order in which they occur.
    """
    start = _skip(text, 0)
    if text.startswith("[", start):
        return "array", _keys(_elements(text, start + 1))
    document, end = _decoded(text, start)
    if document is None:
        if has_document_a_line(text, is_whole=is_whole):
            return "lines", _keys(_lines(text, is_whole=is_whole))
        return "object", _object_keys(text, start)
    is_alone = is_whole and not text[end:].strip()
    if is_alone and document and all(isinstance(value, dict | list) for value in document.values()):
        return "object", _object_keys(text, start)
    if has_document_a_line(text, is_whole=is_whole):
        return "lines", _keys(_lines(text, is_whole=is_whole))
    return "lines", _keys(_documents(text, start))


def has_document_a_line(text: str, *, is_whole: bool) -> bool:
    """Say whether JSON documents stand one a line, at least mostly, rather than over several lines."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not is_whole:
        if len(lines) == 1:
            return False
        lines.pop()
    documents = sum(_decoded(line, _skip(line, 0))[0] is not None for line in lines[:_MOST_RECORDS])
    return 2 * documents >= len(lines[:_MOST_RECORDS])


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _decoded(text: str, at: int) -> tuple[dict[str, Any] | None, int]:
    value, end = _value(text, at)
    return (value, end) if isinstance(value, dict) else (None, at)


def _lines(text: str, *, is_whole: bool) -> list[dict[str, Any]]:
    lines = text.split("\n")
    lines = lines if is_whole else lines[:-1]
    found = [_decoded(line, _skip(line, 0))[0] for line in lines[:_MOST_RECORDS]]
    return [document for document in found if document is not None]


def _documents(text: str, at: int) -> list[dict[str, Any]]:
    """Decode objects that follow one another, perhaps with commas between them."""
    found: list[dict[str, Any]] = []
    while len(found) < _MOST_RECORDS:
        document, end = _decoded(text, at)
        if document is None:
            return found
        found.append(document)
        at = _skip(text, end)
        at = _skip(text, at + 1) if text.startswith(",", at) else at
    return found


def _elements(text: str, at: int) -> list[dict[str, Any]]:
    at = _skip(text, at)
    found = _documents(text, at)
    if not found and text[at : at + 1] not in ("", "{", "]"):
        raise BadInput(_NO_OBJECTS)
    return found


def _object_keys(text: str, start: int) -> tuple[str, ...]:
    """Return the keys of the records in an object: of its only array's elements, else key and value."""
    if not is_one_list(text[start:]):
        return PAIRS
    return _keys(_documents(text, _skip(text, _after_first_key(text) + 1)))


def is_one_list(text: str) -> bool:
    """Say whether a JSON object's only value, as far as the text shows, is an array of objects."""
    at = _after_first_key(text)
    if not at or not _LIST_OF_OBJECTS.match(text, at):
        return False
    try:
        _, end = DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return True  # the text ends inside the array
    return not text.startswith(",", _skip(text, end))


def _after_first_key(text: str) -> int:
    try:
        key, at = DECODER.raw_decode(text, _skip(text, text.index("{") + 1))
    except (ValueError, RecursionError):
        return 0
    at = _skip(text, at)
    return _skip(text, at + 1) if isinstance(key, str) and text.startswith(":", at) else 0


def _keys(documents: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for document in documents for key in document))
