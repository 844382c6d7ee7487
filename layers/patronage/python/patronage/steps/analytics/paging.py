"""Pages of an answer: each goes on in the generation of the page before, whatever went live meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import BadField, TryAgain
from patronage.logic.api.cursors import expired, read_cursor, write_cursor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from patronage.logic.serve.generation import Generation
    from patronage.stores.figures_reader import FiguresReader

MOST = 1_000
"""Entries of a page."""


def check_limit(limit: int) -> None:
    """Refuse a limit out of bounds."""
    if not 1 <= limit <= MOST:
        raise BadField(f"limit is {limit}; it must lie between 1 and {MOST}", field="limit", rule="range")


def begin(
    reader: FiguresReader, question: Sequence[Any], cursor: str | None, places: int, *, now: datetime
) -> tuple[Generation, list[int]]:
    """Return the generation of a page, and where the page begins in it.

    Parameters
    ----------
    question : sequence
        What is asked for.
    cursor : str or None
        Of the page before; None for the first page, which begins at 0.
    places : int
        How many whole numbers say where a page begins.

    Raises
    ------
    BadField
        The cursor is none of this question, or its generation is kept no longer.
    """
    live = reader.live("segments", now)
    if cursor is None:
        return live, [0] * places
    run_id, *place = read_cursor(cursor, question, (str, *[int] * places))
    if run_id == live.run_id:
        return live, place
    earlier = reader.segments_of(run_id)
    if earlier is None:
        raise expired(run_id)
    return earlier, place


def needed(found: Any, generation: Generation, cursor: str | None) -> Any:
    """Return what was read; where it is gone, a cursor is expired, else the generation lacks it."""
    if found is not None:
        return found
    if cursor is not None:
        raise expired(generation.run_id)
    raise TryAgain(f"part of generation {generation.run_id} is not in the serving table; publish it again")


def cut(
    rows: Sequence[Any], generation: Generation, question: Sequence[Any], *, start: int, limit: int
) -> tuple[Sequence[Any], str | None]:
    """Return one page of rows, and the cursor of the next one, None after the last."""
    end = start + limit
    cursor = write_cursor(question, generation.run_id, end) if end < len(rows) else None
    return rows[start:end], cursor
