"""Find the columns that a dialect names among those of a header."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT_OR_NAME = re.compile(r"""'(?:[^']|'')*'|"((?:[^"]|"")+)\"""")


def column_in(name: str, header: Sequence[str]) -> str | None:
    """Return the header's spelling of a column, which may differ in case and in `_`, `-` and blank."""
    if name in header:
        return name
    plain = _plain(name)
    return next((column for column in header if _plain(column) == plain), None)


@lru_cache(maxsize=10_000)  # a header is held against every dialect
def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]+", "_", name.strip()).casefold()


def lacking(sql: str, header: Sequence[str]) -> list[str]:
    """List the columns that an SQL expression names and a header lacks."""
    known = {name.casefold() for name in header}
    return [name for name in named_in(sql) if name.casefold() not in known]


def named_in(sql: str) -> list[str]:
    """List the columns that an SQL expression names in double quotes."""
    return [name.replace('""', '"') for name in _TEXT_OR_NAME.findall(sql) if name]
