"""Read what people write beside their files: texts and TOML in UTF-8, as any editor saves them."""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField, BadInput
from patronage.logic.toml_places import keys_to, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def toml_of(content: str | bytes, place: str) -> dict[str, Any]:
    """Read a TOML text; a mark of UTF-8 at its beginning, as Notepad writes it, is no part of it.

    Parameters
    ----------
    content : str or bytes
        The text, or the bytes as they lie in the store.
    place : str
        What the message calls it.

    Raises
    ------
    BadInput
        It is no UTF-8, or no TOML.
    """
    text = text_of(content, place)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"{place} is no TOML ({parser_said(exc)}); mend it and upload the file again") from exc


def parser_said(exc: Exception) -> str:
    """Return what the parser's error says to who wrote the file; two of its errors need words of ours."""
    if isinstance(exc, tomllib.TOMLDecodeError):
        return str(exc)
    return "too deeply nested" if isinstance(exc, RecursionError) else "a number of too many digits"


def text_of(content: str | bytes, place: str) -> str:
    """Read a text in UTF-8, without the mark that may stand at its beginning.

    Raises
    ------
    BadInput
        It is no UTF-8.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        said = "UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else f"byte {exc.start + 1} is no UTF-8"
        raise BadInput(
            f"{place} is not written in UTF-8 ({said}); save it as UTF-8 and upload the file again"
        ) from exc
    return text.removeprefix("\ufeff")


@contextmanager
def located(content: str | bytes, place: str) -> Iterator[None]:
    """Say of a bad field where in its TOML it, or the table that lacks it, stands: line and column from 1 on.

    Parameters
    ----------
    content : str or bytes
        The TOML, which can be read.
    place : str
        What messages call it.

    Raises
    ------
    BadField
        That of the body, its field a path of names with dots between.
    """
    try:
        yield
    except BadField as exc:
        text = text_of(content, place).replace("\r\n", "\n")
        keys = keys_to(tomllib.loads(text), exc.field)
        line, column = (place_of(text, keys) if keys else None) or (1, 1)
        message = f"{place}, line {line}, column {column}{str(exc).removeprefix(place)}"
        raise BadField(message, field=exc.field, rule=exc.rule) from exc


@contextmanager
def below(table: str) -> Iterator[None]:
    """Say of a bad field of a table how it is called from outside of the table."""
    try:
        yield
    except BadField as exc:
        raise BadField(str(exc), field=f"{table}.{exc.field}", rule=exc.rule) from exc
