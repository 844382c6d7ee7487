"""Cursors: where the next page of an answer begins, opaque to whoever asks, and good for one question."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField

if TYPE_CHECKING:
    from collections.abc import Sequence

_VERSION = 1
_FIELD = "cursor"
_MAX_TEXT_CHARACTERS = 256


def write_cursor(question: Sequence[Any], *parts: str | int) -> str:
    """Write a cursor.

    Parameters
    ----------
    question : sequence
        What was asked for, as plain values: the cursor is good for this alone.
    *parts : str or int
        Where the next page begins.

    Examples
    --------
    >>> cursor = write_cursor(["members", "rfm"], "run-1", 3)
    >>> read_cursor(cursor, ["members", "rfm"], (str, int))
    ['run-1', 3]
    """
    text = json.dumps([_VERSION, _digest(question), *parts], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, question: Sequence[Any], kinds: Sequence[type]) -> list[Any]:
    """Return the parts of a cursor.

    Parameters
    ----------
    text : str
        What `write_cursor` wrote.
    question : sequence
        What is asked for now.
    kinds : sequence of type
        Of each part: `str`, a short text of ASCII, or `int`, a whole number from 0.

    Raises
    ------
    BadField
        It is none of ours, of another version, or of another question.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        found = json.loads(base64.b64decode(padded.encode("ascii"), b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as exc:
        raise _foreign() from exc
    if not isinstance(found, list) or len(found) != 2 + len(kinds) or found[0] != _VERSION:
        raise _foreign()
    if found[1] != _digest(question):
        raise BadField(
            "cursor belongs to another question; ask again as the page before was asked for, or without it",
            field=_FIELD,
            rule="same-question",
        )
    if not all(map(_is_of, found[2:], kinds)):
        raise _foreign()
    return found[2:]


def expired(generation: str) -> BadField:
    """Return the error of a cursor whose generation is gone."""
    return BadField(
        f"cursor goes on in generation {generation}, which is kept no longer; ask again without it",
        field=_FIELD,
        rule="cursor-expired",
    )


def _digest(question: Sequence[Any]) -> str:
    text = json.dumps(question, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_of(part: object, kind: type) -> bool:
    if kind is int:
        return isinstance(part, int) and not isinstance(part, bool) and 0 <= part < 2**53
    return isinstance(part, str) and part.isascii() and len(part) <= _MAX_TEXT_CHARACTERS


def _foreign() -> BadField:
    return BadField(
        "cursor is none of ours; take it unchanged from the answer before, or ask without it",
        field=_FIELD,
        rule="cursor",
    )
