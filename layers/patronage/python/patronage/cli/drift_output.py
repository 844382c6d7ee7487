"""Reports of drift as tables for people."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.cli.lines import say
from patronage.cli.outputs import print_rows
from patronage.errors import NotFound
from patronage.logic.drift.judge import DRIFT, OK, TOO_FEW, WARN
from patronage.logic.drift.report import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def print_drift(report: Mapping[str, Any]) -> None:
    """Print what moved, the most severe first; then the sections, and how many columns did not move."""
    columns = [*report["features"], *report["raw"]]
    moved = sorted(
        (each for each in columns if each["verdict"] in {WARN, DRIFT}), key=lambda each: -each["severity"]
    )
    rows = [(each["verdict"], each["column"], *_sides(each), _why(each)) for each in moved]
    if rows:
        print_rows(_title(report), ("Verdict", "Column", "Before", "Now", "Why"), rows)
    else:
        say(f"{_title(report)}: no column has moved")
    sections = [
        (measure["verdict"], name, _sentence(measure["says"]))
        for name in SECTIONS
        for measure in report[name]["measures"]
    ]
    print_rows("Segments, products and recommendations", ("Verdict", "What", "Why"), sections)
    counts = Counter(each["verdict"] for each in columns)
    say(f"Columns: {', '.join(f'{counts[name]} {name}' for name in (DRIFT, WARN, OK, TOO_FEW))}")
    if report["reference"] is not None:
        say(f"The reference is read from {report['reference']['read']}")
    say(f"Verdict: {report['verdict']}" + (f"; {report['why']}" if "why" in report else ""))


def print_history(reports: Sequence[Mapping[str, Any]]) -> None:
    """Print the reports that are kept, the newest first."""
    if not reports:
        raise NotFound("no report of drift is kept yet; make one with: patronage drift")
    rows = [
        (
            datetime.fromisoformat(each["as_of"]).astimezone(UTC).strftime("%Y-%m-%d %H:%M"),
            each["run_id"],
            each["day"],
            each["reference"]["day"] if each["reference"] else "",
            each["verdict"],
            str(len(each["reasons"]) + each["more_reasons"]),
            each["reasons"][0] if each["reasons"] else "",
        )
        for each in reports
    ]
    print_rows(
        "Reports of drift",
        ("As of (UTC)", "Run", "Day", "Reference", "Verdict", "Moved", "Most severe"),
        rows,
    )


def _title(report: Mapping[str, Any]) -> str:
    reference = report["reference"]
    if reference is None:
        return f"Drift as of {report['day']}"
    run = f" (run {reference['run_id']})" if reference["run_id"] else ""
    return f"Drift as of {report['day']} against {reference['day']}{run}"


def _why(column: Mapping[str, Any]) -> str:
    says = _sentence(column["measures"][0]["says"])
    return says if column.get("in_verdict", True) else f"{says}; grows by itself, so no verdict counts it"


def _sides(column: Mapping[str, Any]) -> tuple[str, str]:
    """Say of both sides the median of a number; where values went missing, the share that is."""
    sides = (column["reference"], column["current"])
    if column["measures"][0]["measure"] == "missing_share":
        before, now = (f"{side['missing_share']:.1%} missing" for side in sides)
    elif column["kind"] == "number":
        before, now = (f"median {side['median']:,.6g}" for side in sides)
    else:
        before, now = _greatest_change(column)
    return before, now


def _greatest_change(column: Mapping[str, Any]) -> tuple[str, str]:
    most = max(column["bins"], key=lambda each: abs(each["current"] - each["reference"]))
    return f"{most['bin']} {most['reference']:.1%}", f"{most['bin']} {most['current']:.1%}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
