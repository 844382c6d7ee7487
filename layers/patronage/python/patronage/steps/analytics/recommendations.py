"""How the live model of recommendations did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.stores.figures_reader import FiguresReader


def recommendation_metrics(reader: FiguresReader, *, now: datetime) -> dict[str, Any]:
    """Return the record of the live model: metrics of the holdout, baselines, and why it went live.

    Raises
    ------
    NotFound
        The live generation was published without it.
    """
    generation = reader.live("recommendations", now)
    found = reader.document(generation.run_id, "metrics")
    if found is None:
        raise NotFound(
            f"generation {generation.run_id} was published without metrics; "
            "they come with the next run: patronage retrain recommendations --stack NAME"
        )
    return {**found, **generation.head(now)}
