"""What the live monitoring run serves of effectiveness, experiments and acting on segments."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from analytics_support import AS_OF, MemoryTable, document_items

from patronage.errors import NotFound
from patronage.logic.effectiveness.days import SUMS, Days
from patronage.logic.effectiveness.options import AttributionOptions
from patronage.logic.effectiveness.ranged import VALUED, day_documents
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
EFFECTIVENESS = {**BESIDE, "by": ROWS, "versions": [{"model": "als", "generation": "g", "offline": None}]}
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


def test_days_are_answered_from_the_sums_that_stand_beside_the_report():
    since = date(2026, 1, 1)
    rows = [
        {"by_value": "als", "is_rest": False, "day": since + timedelta(days=day), **dict.fromkeys(SUMS, day)}
        for day in range(10)
    ]
    shop = [
        {"day": since, "before": None, "attributed_before": None}
        | {"orders": 3, "revenue_minor": 70, "attributed_orders": 1}
    ]
    documents = day_documents(
        {name: rows if name in ("total", "model") else [] for name in (*VALUED, "total")},
        shop,
        AttributionOptions(least_impressions=5),
        whole=Days(since, date(2026, 1, 10)),
    )
    table = MemoryTable()
    for name, document in {"effectiveness": EFFECTIVENESS, **documents}.items():
        table.put(*document_items("m", name, document))
    table.flip("m", family="monitoring")
    found = analytics.recommendation_effectiveness(
        table.reader(), by="model", start=date(2026, 1, 3), end=date(2026, 1, 4), now=NOW
    )
    assert {name: found[name] for name in HEAD} == HEAD
    assert (found["since"], found["until"]) == ("2026-01-03", "2026-01-04")
    assert [(row["model"], row["impressions"], row["ctr"]) for row in found["rows"]] == [("als", 2 + 3, 1)]
    assert found["shop"] == {
        "orders": 0,
        "revenue_minor": 0,
        "attributed_orders": 0,
        "attributed_share": None,
    }
    assert found["coverage"] == {"notes": [], "since": "2026-01-01", "until": "2026-01-10"}


def test_a_run_of_before_has_no_sums_by_day_and_says_how_to_get_them(reader):
    with pytest.raises(
        NotFound, match=r"published without effectiveness-days; .* retrain monitoring --stack"
    ):
        analytics.recommendation_effectiveness(reader, by="day", start=date(2026, 1, 1), now=NOW)


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
