"""Quantiles of counted values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def quantile(counts: Sequence[tuple[int, int]], share: float) -> float | None:
    """Return a quantile of counted values, ascending; between two values it is interpolated linearly."""
    total = sum(count for _, count in counts)
    if not total:
        return None
    place = share * (total - 1)
    low, high = (_at(counts, position) for position in (int(place), min(int(place) + 1, total - 1)))
    return low + (high - low) * (place - int(place))


def _at(counts: Sequence[tuple[int, int]], position: int) -> int:
    passed = 0
    for value, count in counts:
        passed += count
        if position < passed:
            return value
    raise AssertionError("a position lies below the total")
