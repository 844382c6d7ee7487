"""What has moved away from what the live models were made of, as the live run of monitoring judged it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.steps.analytics.monitoring import document_of

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.stores.figures_reader import FiguresReader


def drift(reader: FiguresReader, *, now: datetime) -> dict[str, Any]:
    """Return the report of drift of the live run of monitoring.

    Raises
    ------
    NotFound
        No monitoring run was published yet, or the live one could not measure drift.
    """
    document, generation = document_of(reader, "drift", now)
    return {**document, **generation.head(now)}
