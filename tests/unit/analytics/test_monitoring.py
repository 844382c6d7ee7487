"""What the live monitoring run serves of effectiveness, experiments and acting on segments."""

from __future__ import annotations

import pytest
from analytics_support import AS_OF, MemoryTable, document_items

from patronage.errors import NotFound
from patronage.steps import analytics
from tests_support import NOW

HEAD = {"generation": "m", "as_of": AS_OF, "age_seconds": 3600, "currency": "GBP"}
BESIDE = {
    "since": "2026-01-01",
    "until": "2026-01-10",
    "rule": {"text": "…"},
    "reason": None,
    "totals": {"clicks": 2},
    "shop": {"orders": 3},
    "coverage": {"notes": []},
}
ROWS = {"model": [{"model": "als"}], "day": [{"day": "2026-01-01"}]}
EFFECTIVENESS = {**BESIDE, "by": ROWS, "versions": [{"model": "als", "generation": "g"}]}
EXPERIMENTS = {"experiments": {"pay": {"experiment_id": "pay", "units": 7}}, "segments": [{"export": "x"}]}


@pytest.fixture
def reader():
    table = MemoryTable()
    table.put(*document_items("m", "effectiveness", EFFECTIVENESS))
    table.put(*document_items("m", "experiments", EXPERIMENTS))
    table.flip("m", family="monitoring")
    return table.reader()


def test_effectiveness_has_the_rows_that_were_asked_for(reader):
    found = analytics.recommendation_effectiveness(reader, by="day", now=NOW)
    assert found == {**BESIDE, **HEAD, "by": "day", "rows": ROWS["day"]}


def test_by_model_the_versions_stand_beside(reader):
    found = analytics.recommendation_effectiveness(reader, by="model", now=NOW)
    assert (found["rows"], found["versions"]) == (ROWS["model"], EFFECTIVENESS["versions"])


def test_an_experiment_has_its_report(reader):
    assert analytics.experiment_results(reader, "pay", now=NOW) == {
        **HEAD,
        "experiment_id": "pay",
        "units": 7,
    }


def test_an_unknown_experiment_is_told_from_the_known(reader):
    with pytest.raises(NotFound, match="'pey'; it has of: pay"):
        analytics.experiment_results(reader, "pey", now=NOW)


def test_exports_are_listed(reader):
    assert analytics.segment_effects(reader, now=NOW) == {**HEAD, "exports": [{"export": "x"}]}


@pytest.mark.parametrize(
    "ask",
    [
        lambda reader: analytics.recommendation_effectiveness(reader, by="model", now=NOW),
        lambda reader: analytics.experiment_results(reader, "pay", now=NOW),
        lambda reader: analytics.segment_effects(reader, now=NOW),
    ],
)
def test_before_the_first_run_and_after_a_failed_measure_it_says_so(ask):
    table = MemoryTable()
    with pytest.raises(NotFound, match="no monitoring run was published yet"):
        ask(table.reader())
    table.flip("m", family="monitoring")
    with pytest.raises(NotFound, match="could not measure"):
        ask(table.reader())
