"""Count what speaks for each of several readings of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def counts_of_only(reads: Sequence[str]) -> tuple[str, ...]:
    """Write one aggregate a condition: how many rows it holds for and no other condition of the list does."""
    return tuple(
        f"COUNT(*) FILTER (WHERE {' AND NOT '.join((own, *(each for each in reads if each != own)))})"
        for own in reads
    )


def texts(count: int) -> str:
    """Write how many cells speak for a reading: ``1 text``, ``2 texts``."""
    return f"{count:,} text{'' if count == 1 else 's'}"
