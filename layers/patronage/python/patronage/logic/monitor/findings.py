"""What a report of drift means for each family: which of its parts speak of what the family learns from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from patronage.logic.drift.judge import DRIFT, TOO_FEW
from patronage.logic.monitor.facts import Finding
from patronage.logic.monitor.retrain_options import RECOMMENDATIONS, SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COLUMNS = {SEGMENTS: ("features", "raw"), RECOMMENDATIONS: ("raw",)}
_SECTIONS = {SEGMENTS: ("segments",), RECOMMENDATIONS: ("catalogue", "diversity")}
_DECAY = "decay"

Part = tuple[str, dict[str, Any]]


def findings_of(
    report: Mapping[str, Any], live_runs: Mapping[str, str] | None = None
) -> dict[str, dict[str, Finding]]:
    """Return by family its findings ``drift`` and ``decay``; of an empty report, that nothing was measured.

    Segments learn from customers' features and from orders and events; recommendations from orders and
    events, the catalogue, and what their own lists have become. Only the lists of recommendations can decay.
    Columns count only for the family whose live run they are held against: the other's is newer, and has
    learnt of what came between.

    Parameters
    ----------
    report : mapping
        The report of drift.
    live_runs : mapping, optional
        By family the run that is live.
    """
    live = live_runs or {}
    decay = [(_DECAY, report[_DECAY])] if _DECAY in report else []
    return {
        SEGMENTS: {
            "drift": _drift(report, SEGMENTS, live),
            "decay": Finding(said="not measured of segments"),
        },
        RECOMMENDATIONS: {
            "drift": _drift(report, RECOMMENDATIONS, live),
            "decay": _finding(decay),
        },
    }


def _drift(report: Mapping[str, Any], family: str, live_runs: Mapping[str, str]) -> Finding:
    sections = [(name, report[name]) for name in _SECTIONS[family] if name in report]
    reference = (report.get("reference") or {}).get("run_id")
    if reference is None or reference == live_runs.get(family, reference):
        return _finding([*_columns(report, family), *sections])
    found = _finding(sections)
    other = f"columns are held against run {reference}, which is not the live run of {family}"
    return replace(found, said=f"{found.said}; {other}" if sections else other)


def _columns(report: Mapping[str, Any], family: str) -> Iterator[Part]:
    for kind in _COLUMNS[family]:
        yield from (
            (column["column"], column) for column in report.get(kind, ()) if column.get("in_verdict", True)
        )


def _finding(parts: list[Part]) -> Finding:
    """Sum up parts by the most severe of them, of those that could be judged."""
    judged = [part for part in parts if part[1]["verdict"] != TOO_FEW]
    if not judged:
        return Finding(said=TOO_FEW if parts else "not measured")
    name, worst = max(judged, key=lambda part: part[1]["severity"])
    drifted = sorted({each for each, part in judged if part["verdict"] == DRIFT})
    others = [each for each in drifted if each != name]
    measure = worst["measures"][0] if worst["measures"] else {}
    more = f", and {len(others)} more: {', '.join(others)}" if drifted and others else ""
    return Finding(
        holds=bool(drifted),
        value=measure.get("value"),
        threshold=measure.get("threshold"),
        said=f"{name}: {measure.get('says', worst['verdict'])}{more}",
        names=drifted,
    )
