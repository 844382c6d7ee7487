"""What the live run of monitoring found of recommendations, experiments, and acting on segments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.effectiveness.ranged import DOCUMENTS, ranged
from patronage.logic.serve.pointer import NoGenerationYet
from patronage.steps.analytics.documents import document_since

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from patronage.logic.serve.generation import Generation
    from patronage.stores.figures_reader import FiguresReader

FAMILY = "monitoring"
NO_RUN = (
    "no monitoring run was published yet; one runs each day, and on demand: "
    "patronage retrain monitoring --stack NAME"
)
_REASON = ("rule", "reason", "reason_code", "reason_values")
_BESIDE_ROWS = ("since", "until", "is_simulated", *_REASON, "totals", "shop", "coverage")


def recommendation_effectiveness(
    reader: FiguresReader, *, by: str, start: date | None = None, end: date | None = None, now: datetime
) -> dict[str, Any]:
    """Return what was shown, clicked and bought by one dimension; by model the versions stand beside.

    Parameters
    ----------
    reader : FiguresReader
    by : str
        One of model, rung, placement, segment, position and day.
    start, end : date, optional
        Days of the shop, both included; those of the whole report where neither is said.
    now : datetime
        The server's time.

    Raises
    ------
    BadField
        The report has none of these days.
    NotFound
        No monitoring run was published yet, or the live one could not measure this, or was published before
        there were sums by day.
    """
    generation = _live(reader, now)
    answer = answer_of(partial(_document, reader, generation), by, start=start, end=end)
    return {**answer, **generation.head(now)}


def answer_of(
    read: Callable[[str], Mapping[str, Any]], by: str, *, start: date | None, end: date | None
) -> dict[str, Any]:
    """Return the report of effectiveness by one dimension: of all its days, or of some where they are said.

    Parameters
    ----------
    read : callable
        Returns a document of a run of monitoring by its name.
    by, start, end
        As of `recommendation_effectiveness`.
    """
    report = read("effectiveness")
    if start is None and end is None:
        return _rows_by(report, by)
    return ranged(report, read, by, start=start, end=end)


def _rows_by(document: Mapping[str, Any], by: str) -> dict[str, Any]:
    """Return what a report of effectiveness says by one dimension."""
    answer = {name: document[name] for name in _BESIDE_ROWS if name in document}
    versions = {"versions": document["versions"]} if by == "model" else {}
    return {**answer, "by": by, "rows": document["by"][by], **versions}


def experiment_results(reader: FiguresReader, experiment_id: str, *, now: datetime) -> dict[str, Any]:
    """Return the report of an experiment, or of the permanent holdout, which is called `holdout`.

    Raises
    ------
    NotFound
        No monitoring run was published yet, or the live one has no report of it.
    """
    document, generation = document_of(reader, "experiments", now)
    return {**results_of(document, experiment_id), **generation.head(now)}


def results_of(document: Mapping[str, Any], experiment_id: str) -> dict[str, Any]:
    """Return the report of one experiment from those of a run; `NotFound` where there is none."""
    reports: Mapping[str, dict[str, Any]] = document["experiments"]
    if experiment_id not in reports:
        raise NotFound(
            f"the monitoring run has no results of experiment {experiment_id!r}; it has of: "
            f"{', '.join(reports) or 'none'}. A draft has none, and one that has just started gets them with "
            "the next run"
        )
    return reports[experiment_id]


def segment_effects(reader: FiguresReader, *, now: datetime) -> dict[str, Any]:
    """Return what acting on segments earned: the report of each export, the newest first.

    Raises
    ------
    NotFound
        No monitoring run was published yet, or the live one could not measure this.
    """
    document, generation = document_of(reader, "experiments", now)
    return {"exports": document["segments"], **generation.head(now)}


def document_of(reader: FiguresReader, name: str, now: datetime) -> tuple[dict[str, Any], Generation]:
    """Return a document of the live monitoring run, and which that is."""
    generation = _live(reader, now)
    return _document(reader, generation, name), generation


def _live(reader: FiguresReader, now: datetime) -> Generation:
    try:
        return reader.live(FAMILY, now)
    except NoGenerationYet as exc:
        raise NotFound(NO_RUN) from exc


def _document(reader: FiguresReader, generation: Generation, name: str) -> dict[str, Any]:
    if name in DOCUMENTS:
        return document_since(reader, generation, name, family=FAMILY)
    found: dict[str, Any] | None = reader.document(generation.run_id, name)
    if found is None:
        raise NotFound(
            f"the live monitoring run {generation.run_id} could not measure {name}; its decision says why"
        )
    return found
