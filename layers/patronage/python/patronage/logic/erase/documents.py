"""Take documents out of a JSON text; what stays is the same bytes, with one separator less for each."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def without_documents(text: str, wanted: Collection[int], *, shape: str, is_one_list: bool = False) -> str:
    """Return a JSON text without some of its documents.

    Parameters
    ----------
    text : str
        The whole text.
    wanted : collection of int
        What goes, by its place from 0.
    shape : str
        ``array``; ``object``, whose pairs are the documents; or ``lines``, documents one after the other.
    is_one_list : bool
        Whether an object has one key, whose list holds the documents.
    """
    spans = list(_spans(text, shape, is_one_list))
    kept = [number for number in range(len(spans)) if number not in wanted]
    if not spans or len(kept) == len(spans):
        return text
    if not kept:
        return text[: spans[0][0]] + text[spans[-1][1] :]
    pieces = [text[: spans[0][0]]]
    for number, following in zip(kept, [*kept[1:], None], strict=True):
        start, end = spans[number]
        pieces.append(text[start:end])
        if following is not None:
            # What stands before the next one that stays: the comma and, of a text on lines, its indentation.
            pieces.append(text[spans[following - 1][1] : spans[following][0]])
    return "".join([*pieces, text[spans[-1][1] :]])


def _spans(text: str, shape: str, is_one_list: bool) -> Iterator[tuple[int, int]]:
    at = _filled(text, 1 if text.startswith("\ufeff") else 3 if text.startswith("\xef\xbb\xbf") else 0)
    if shape == "lines":
        yield from _one_after_another(text, at)
        return
    at = _filled(text, at + 1)
    if shape == "object" and is_one_list:
        at = _filled(text, _value_end(text, at))
        at = _filled(text, _filled(text, at + 1) + 1)
    yield from _elements(text, at, has_keys=shape == "object" and not is_one_list)


def _one_after_another(text: str, at: int) -> Iterator[tuple[int, int]]:
    while at < len(text):
        end = _value_end(text, at)
        yield at, end
        at = _filled(text, end)
        if text[at : at + 1] == ",":
            at = _filled(text, at + 1)


def _elements(text: str, at: int, *, has_keys: bool) -> Iterator[tuple[int, int]]:
    """Yield the elements of an array, or the pairs of an object, up to the bracket that closes it."""
    while text[at : at + 1] not in ("]", "}", ""):
        start = at
        if has_keys:
            at = _filled(text, _filled(text, _value_end(text, at)) + 1)
        end = _value_end(text, at)
        yield start, end
        at = _filled(text, end)
        if text[at : at + 1] == ",":
            at = _filled(text, at + 1)


def _value_end(text: str, at: int) -> int:
    try:
        return _DECODER.raw_decode(text, at)[1]
    except ValueError as exc:
        raise BadInput(f"the JSON text is damaged at character {at}; it cannot be read further") from exc


def _filled(text: str, at: int) -> int:
    """Return the next place that is no blank."""
    match = _BLANK.match(text, at)
    return match.end() if match else at
