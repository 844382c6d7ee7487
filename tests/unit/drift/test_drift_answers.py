"""What the API and the command line say of drift."""

from __future__ import annotations

import pytest
from analytics_support import AS_OF, MemoryTable, document_items

from patronage.cli import drift_output, lines
from patronage.cli.drift import drift as command
from patronage.cli.drift import kept_reports
from patronage.errors import BadInput, NotFound
from patronage.logic.drift.judge import DRIFT, OK, WARN, graded, too_few
from patronage.logic.drift.report import put_together, section
from patronage.logic.monitor.findings import findings_of
from patronage.logic.said import said
from patronage.steps import analytics
from patronage.stores.objects import FolderStore, write_json
from tests_support import NOW


def column(name, verdict, severity, measure="psi", **more):
    said = {"measure": measure, "verdict": verdict, "says": f"the index of {name} reaches 0.25"}
    sides = {
        side: {"rows": 300, "missing_share": share, "median": 5.0}
        for side, share in (("reference", 0.0), ("current", 0.9))
    }
    return {
        "column": name,
        "kind": "number",
        "verdict": verdict,
        "severity": severity,
        "measures": [said],
        **sides,
        **more,
    }


@pytest.fixture
def report():
    parts = {
        "segments": section([too_few("segment_mix", said("no_segments_live"))]),
        "catalogue": section([graded("unknown_sales", 0.01, warn=0.1, alarm=0.25)]),
        "diversity": section([graded("gini", 0.01, warn=0.1, alarm=0.25)]),
        "decay": section([graded("gini", 0.01, warn=0.1, alarm=0.25)]),
    }
    head = {
        "run_id": "watch",
        "as_of": AS_OF,
        "day": "2026-01-10",
        "reference": {"run_id": "live", "day": "2026-01-01", "read": "the tables as the run read them"},
    }
    features = [column("items_30d", WARN, 2.6), column("net_minor", OK, 1.2)]
    raw = [
        column("orders.channel", DRIFT, 3.9, "missing_share", kind="category"),
        column(
            "events.device",
            WARN,
            2.5,
            kind="category",
            bins=[{"bin": "app", "reference": 0.1, "current": 0.3}],
        ),
    ]
    return put_together(head, features, raw, parts)


def test_the_api_answers_with_the_report_of_the_live_generation(report):
    table = MemoryTable()
    with pytest.raises(NotFound, match="no monitoring run was published yet"):
        analytics.drift(table.reader(), now=NOW)
    table.put(*document_items("watched", "drift", report))
    table.flip("watched", "monitoring")
    answer = analytics.drift(table.reader(), now=NOW)
    assert (answer["generation"], answer["as_of"], answer["verdict"]) == ("watched", AS_OF, DRIFT)
    assert answer["reasons"][0] == "orders.channel: the index of orders.channel reaches 0.25"
    assert answer["features"] == report["features"]
    table.forget("watched")
    with pytest.raises(NotFound, match="could not measure drift"):
        analytics.drift(table.reader(), now=NOW)


@pytest.fixture
def printed(capsys, monkeypatch):
    """Return what reads what was printed, on lines of 140 characters."""
    monkeypatch.setattr(lines.console, "width", 140)
    return lambda: capsys.readouterr().out


def test_the_command_prints_what_moved_the_most_severe_first(report, printed):
    drift_output.print_drift(report)
    text = printed()
    moved = [line.split()[1] for line in text.splitlines() if line.startswith(("drift ", "warn "))]
    assert moved == ["orders.channel", "items_30d", "events.device"]
    assert "Drift as of 2026-01-10 against 2026-01-01 (run live)" in text
    assert "0.0% missing" in text
    assert "90.0% missing" in text
    assert "median 5" in text
    assert "app 10.0%" in text
    assert "Not enough data: no run of segments is live" in text
    assert "Columns: 1 drift, 2 warn, 1 ok, 0 not enough data" in text
    assert text.rstrip().endswith("Verdict: drift")


def test_a_feature_that_grows_by_itself_is_shown_but_not_in_the_verdict(report, printed):
    parts = {
        name: section([too_few("x", said("empty_lists"))])
        for name in ("segments", "catalogue", "diversity", "decay")
    }
    found = put_together(report, [column("tenure_days", DRIFT, 3.9), column("items", OK, 1.2)], [], parts)
    assert (found["verdict"], found["reasons"], found["more_reasons"]) == (OK, [], 0)
    assert (found["features"][0]["column"], found["features"][0]["verdict"]) == ("tenure_days", DRIFT)
    assert not findings_of(found)["segments"]["drift"].holds
    drift_output.print_drift(found)
    assert "no verdict counts it" in " ".join(printed().split())


def test_earlier_reports_are_kept_and_listed_the_newest_first(report, tmp_path, printed):
    store = FolderStore(tmp_path)
    with pytest.raises(NotFound, match="no report of drift is kept yet"):
        drift_output.print_history(kept_reports(store))
    # A stack's runs are named by UUIDs, which say nothing of their time.
    for run_id, as_of, created in (
        ("7f-b", "2026-01-09T00:00:00+00:00", "2026-01-10T03:00:00+00:00"),
        ("0a-c", "2026-01-10T00:00:00+00:00", "2026-01-10T05:00:00+00:00"),
        ("e1-a", "2026-01-10T00:00:00+00:00", "2026-01-10T04:00:00+00:00"),
        ("ff-0", "2025-12-01T00:00:00+00:00", None),  # written before reports said when they were made
    ):
        when = {"run_id": run_id, "as_of": as_of} | ({"created_at": created} if created else {})
        write_json(store, f"runs/{run_id}/monitor/drift.json", report | when)
        write_json(store, f"runs/{run_id}/monitor/drift_inputs.json", {})
    found = kept_reports(store)
    assert [each["run_id"] for each in found] == ["0a-c", "e1-a", "7f-b", "ff-0"]
    assert "features" not in found[0]
    drift_output.print_history(found)
    assert "2026-01-10 00:00 0a-c 2026-01-10 2026-01-01 drift" in " ".join(printed().split())


def test_a_stack_shows_what_was_found_and_measures_nothing_anew():
    with pytest.raises(BadInput, match="leave out --stack"):
        command(stack="shop", reference="2026-01-01")
