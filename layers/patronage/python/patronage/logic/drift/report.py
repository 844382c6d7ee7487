"""The report of a run: every section judged, one verdict, and the reasons, the most severe first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.drift.judge import DRIFT, WARN, worst

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.drift.judge import Judgement

MOST_REASONS = 20
SECTIONS = ("segments", "catalogue", "diversity", "decay")
GROWING = frozenset({"tenure_days"})
"""Features that grow by a day each day whatever customers do: shown, but in no verdict."""


def section(judged: Sequence[Judgement], **values: Any) -> dict[str, Any]:
    """Return a section: its ``verdict``, the ``measures``, the worst first, and what else is known of it."""
    ordered = sorted(judged, key=lambda judgement: -judgement.severity)
    return {
        "verdict": worst(judgement.verdict for judgement in judged),
        "severity": round(ordered[0].severity, 4) if ordered else 0.0,
        **values,
        "measures": [judgement.as_dict() for judgement in ordered],
    }


def put_together(
    head: Mapping[str, Any],
    features: Sequence[Mapping[str, Any]],
    raw: Sequence[Mapping[str, Any]],
    sections: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the whole report.

    Parameters
    ----------
    head : mapping
        What it is of: ``as_of``, ``reference`` and so on.
    features, raw : sequence of mapping
        Columns, as `judge_column` gives them.
    sections : mapping
        By name of `SECTIONS`, as `section` gives them.

    Returns
    -------
    dict
        With the `head` the columns, the most severe first, the sections, the ``verdict`` (the worst of all),
        and ``reasons``: a sentence for each thing that moved, the most severe first. A column that grows by
        itself has ``in_verdict`` False, and is in neither.
    """
    features = [{**each, "in_verdict": False} if each["column"] in GROWING else each for each in features]
    columns = {"features": _by_severity(features), "raw": _by_severity(raw)}
    judged = [each for each in (*features, *raw) if each.get("in_verdict", True)]
    moved = [
        (each["severity"], f"{each['column']}: {each['measures'][0]['says']}")
        for each in judged
        if each["verdict"] in {WARN, DRIFT}
    ]
    moved += [
        (each["severity"], f"{name}: {each['measures'][0]['says']}")
        for name, each in sections.items()
        if each["verdict"] in {WARN, DRIFT}
    ]
    moved.sort(key=lambda pair: (-pair[0], pair[1]))
    verdicts = [each["verdict"] for each in (*judged, *sections.values())]
    return {
        **head,
        **columns,
        **sections,
        "verdict": worst(verdicts),
        "reasons": [says for _, says in moved[:MOST_REASONS]],
        "more_reasons": max(len(moved) - MOST_REASONS, 0),
    }


def _by_severity(columns: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(columns, key=lambda column: (-column["severity"], column["column"]))
