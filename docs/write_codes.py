"""Write `dashboard/tests/codes.json`, what the dashboard must have words for: `python docs/write_codes.py`.

The dashboard's tests hold its texts against it, so that nothing which the API says by a code stays English.
"""

from __future__ import annotations

import json
from pathlib import Path
from string import Formatter
from typing import Any

from patronage.logic.drift.categories import RARE, UNSEEN
from patronage.logic.drift.judge import MEASURES as DRIFT_MEASURES
from patronage.logic.drift.psi import ABOVE, BELOW
from patronage.logic.effectiveness.report import COVERAGE_NOTES
from patronage.logic.experiments.statistics.enough import EVENTS
from patronage.logic.experiments.statistics.measures import LABELS
from patronage.logic.experiments.statistics.notes import NOTES
from patronage.logic.ingest.quality_measures import MEASURES as QUALITY_MEASURES
from patronage.logic.ingest.quality_rules import SEVERITIES
from patronage.logic.ingest.rules import rules_by_name
from patronage.logic.said import SENTENCES
from patronage.logic.segments.behaviour import Norms, behaviours
from patronage.logic.segments.clusters import PHRASES
from patronage.logic.segments.lifecycle import STAGES
from patronage.logic.segments.rfm import SEGMENTS
from patronage.logic.serve.kinds import NAMES
from patronage.logic.tables import TABLES

FILE = Path(__file__).parents[1] / "dashboard" / "tests" / "codes.json"
_ALL_KNOWN = Norms(
    median_depth=2.0, discount_share=0.1, reduced_share=0.1, products_per_occasion=2.0, adds_per_cart=2.0
)
_NUMBERS = {"customers", "least", "segments", "lines"}
_BESIDE: dict[str, dict[str, Any]] = {
    "uploads_given_up": {"count": 2},
    "run_failed": {"cause": "BadInput: no events"},
    "monitoring_alerts": {"family": "segments", "rule": "drift", "names": "country, orders.kind"},
    "monitoring_failed": {"part": "drift"},
    **{
        code: {"rows": {"orders": 1234, "events": 1}, "limits": {"orders": 1000, "events": 0}}
        for code in (
            "one_function_carries",
            "kept_in_functions",
            "on_this_machine",
            "beyond_one_function",
            "beyond_without_spark",
        )
    },
    "monitoring_decided": {"segments": "retrain", "recommendations": "hold"},
}
"""Values that a sentence of ours does not name, but another language's may."""


def codes() -> dict[str, Any]:
    """Return by kind the codes of answers, sentences with values as an example."""
    listed = behaviours(_ALL_KNOWN)
    return {
        "sentences": {code: _example(text) | _BESIDE.get(code, {}) for code, text in SENTENCES.items()},
        "row_rules": {
            name: {rule.name: rule.column for rule in rules_by_name(table).values()}
            for name, table in TABLES.items()
        },
        "quality_measures": list(QUALITY_MEASURES),
        "drift_measures": list(DRIFT_MEASURES),
        "drift_bins": {"number": [BELOW, ABOVE], "category": [RARE, UNSEEN]},
        "severities": list(SEVERITIES),
        "segments": {
            "rfm": list(SEGMENTS),
            "lifecycle": list(STAGES),
            "behaviour": [each.behaviour_id for each in listed],
        },
        "behaviour_limits": {each.behaviour_id: dict(each.limits) for each in listed},
        "cluster_features": list(PHRASES),
        "item_reasons": list(NAMES.values()),
        "experiment_metrics": list(LABELS),
        "experiment_events": list(EVENTS),
        "experiment_notes": list(NOTES),
        "coverage_notes": list(COVERAGE_NOTES),
    }


def _example(text: str) -> dict[str, Any]:
    """Return a value for each place of a sentence: a number where it is written as one, or named as one."""
    places = {name: spec for _, name, spec, _ in Formatter().parse(text) if name}
    return {name: 1234 if spec or name in _NUMBERS else "some" for name, spec in places.items()}


def main() -> None:
    """Write the file anew."""
    FILE.write_text(json.dumps(codes(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
