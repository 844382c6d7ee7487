"""What a report of drift means for each family: which of its parts speak of what the family learns from."""

from __future__ import annotations

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


def findings_of(report: Mapping[str, Any]) -> dict[str, dict[str, Finding]]:
    """Return by family its findings ``drift`` and ``decay``; of an empty report, that nothing was measured.

    Segments learn from customers' features and from orders and events; recommendations from orders and
    events, the catalogue, and what their own lists have become. Only the lists of recommendations can decay.
    """
    decay = [(_DECAY, report[_DECAY])] if _DECAY in report else []
    return {
        SEGMENTS: {
            "drift": _finding(list(_parts(report, SEGMENTS))),
            "decay": Finding(said="not measured of segments"),
        },
        RECOMMENDATIONS: {
            "drift": _finding(list(_parts(report, RECOMMENDATIONS))),
            "decay": _finding(decay),
        },
    }


def _parts(report: Mapping[str, Any], family: str) -> Iterator[Part]:
    for kind in _COLUMNS[family]:
        yield from ((column["column"], column) for column in report.get(kind, ()))
    yield from ((name, report[name]) for name in _SECTIONS[family] if name in report)


def _finding(parts: list[Part]) -> Finding:
    """Sum up parts by the most severe of them, of those that could be judged."""
    judged = [part for part in parts if part[1]["verdict"] != TOO_FEW]
    if not judged:
        return Finding(said=TOO_FEW if parts else "not measured")
    name, worst = max(judged, key=lambda part: part[1]["severity"])
    drifted = sum(part["verdict"] == DRIFT for _, part in judged)
    measure = worst["measures"][0] if worst["measures"] else {}
    more = f", and {drifted - 1} more" if drifted > 1 else ""
    return Finding(
        holds=drifted > 0,
        value=measure.get("value"),
        threshold=measure.get("threshold"),
        said=f"{name}: {measure.get('says', worst['verdict'])}{more}",
    )
