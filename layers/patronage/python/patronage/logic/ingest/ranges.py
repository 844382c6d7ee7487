"""Ranges of ids, as pairs of the least and the greatest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def merged(ranges: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the fewest ranges that cover what some ranges do, in order."""
    found: list[tuple[str, str]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found
