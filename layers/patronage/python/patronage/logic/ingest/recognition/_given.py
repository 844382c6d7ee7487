"""Check what a settings file or an upload's sidecar says about a file's format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from patronage.errors import BadField

_KINDS = ("csv", "json", "parquet", "xlsx")
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "utf16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-16be": "utf-16-be",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "iso-8859-1": "windows-1252",
}
_MOST_DELIMITER_BYTES = 4  # what DuckDB's reader takes


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody says about a file; None or empty where it is left to recognition."""

    kind: str = ""
    encoding: str = ""
    delimiter: str = ""
    quote: str | None = None
    has_header: bool | None = None
    header: tuple[str, ...] = ()
    skip_lines: int | None = None
    sheet: str = ""
    member: str = ""

    @property
    def expects_header(self) -> bool:
        """Say whether the file's first record is a header: a list of names alone says that it is not."""
        return not self.header if self.has_header is None else self.has_header


def read_given(given: Mapping[str, Any] | None) -> Given:
    """Check the settings of a file's format.

    Parameters
    ----------
    given
        Any of `encoding`, `delimiter`, `quote`, `has_header`, `header`, `skip_lines`, `sheet`, `member`
        and `format`. What does not concern the kind of file at hand is left aside later.

    Raises
    ------
    BadField
        A name is unknown, or its value breaks the rule that the message states.
    """
    checked: dict[str, Any] = {}
    for name, value in (given or {}).items():
        if name not in _CHECKS:
            known = ", ".join(sorted(_CHECKS))
            message = f"the format setting {name!r} is unknown; the known ones are {known}"
            raise BadField(message, field=name, rule="known")
        field, rule, check = _CHECKS[name]
        result = check(value)
        if result is None:
            message = f"the format setting {name} is {value!r}, but must be {rule}; correct it"
            raise BadField(message, field=name, rule="value")
        checked[field] = result
    return Given(**checked)


def _kind(value: object) -> str | None:
    return value if isinstance(value, str) and value in _KINDS else None


def _encoding(value: object) -> str | None:
    return _ENCODINGS.get(value.strip().lower().replace("_", "-")) if isinstance(value, str) else None


def _delimiter(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    if value == "\n":
        return value
    is_text = any(each in "\r\n\0" or each.isalnum() for each in value)
    return None if is_text or len(value.encode("utf-8", "replace")) > _MOST_DELIMITER_BYTES else value


def _quote(value: object) -> str | None:
    fits = isinstance(value, str) and (not value or (len(value) == 1 and value.isascii() and value > " "))
    return str(value) if fits else None


def _header(value: object) -> tuple[str, ...] | None:
    fits = isinstance(value, list | tuple) and value and all(isinstance(each, str) for each in value)
    return tuple(value) if fits and isinstance(value, list | tuple) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


_CHECKS: dict[str, tuple[str, str, Callable[[object], Any]]] = {
    "encoding": ("encoding", f"one of {', '.join(_ENCODINGS)}", _encoding),
    "delimiter": (
        "delimiter",
        f"a text of 1 to {_MOST_DELIMITER_BYTES} bytes without line breaks, letters and digits, "
        "' ' for runs of blanks, or '\\n' for one cell a line",
        _delimiter,
    ),
    "quote": ("quote", "one ASCII character, or '' where nothing is quoted", _quote),
    "has_header": ("has_header", "true or false", _flag),
    "header": ("header", "a list of the columns' names", _header),
    "skip_lines": ("skip_lines", "a whole number from 0", _count),
    "sheet": ("sheet", "the name of a sheet", _name),
    "member": ("member", "the name of a file inside the zip", _name),
    "format": ("kind", f"one of {', '.join(_KINDS)}", _kind),
}

GIVEN = tuple(_CHECKS)
"""The names of what somebody may state instead of leaving it to recognition."""
