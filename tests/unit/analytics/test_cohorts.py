from __future__ import annotations

import pytest

from patronage.errors import BadField
from patronage.steps import analytics
from patronage.steps.analytics.cohorts import MEASURES
from tests_support import NOW


@pytest.mark.parametrize("grain", ["week", "month", "quarter"])
@pytest.mark.parametrize("by_country", [False, True])
def test_cohorts_are_those_of_the_run(published, grain, by_country):
    answer = analytics.cohorts(published.table.reader(), grain=grain, by_country=by_country, now=NOW)
    written = published.output(f"cohorts/{grain}{'-by-country' if by_country else ''}.json")
    for name, value in written.items():
        if name != "as_of":
            assert answer[name] == value
    assert (answer["generation"], answer["currency"], answer["measure"]) == (published.live, "GBP", None)


@pytest.mark.parametrize("measure", MEASURES)
def test_one_measure_is_a_list_of_values_a_cohort(published, measure):
    answer = analytics.cohorts(published.table.reader(), measure=measure, now=NOW)
    written = published.output("cohorts/month.json")
    cell = {
        "retention": "retention",
        "customers": "active",
        "revenue": "net_minor",
        "lifetime_value": "cumulative_ltv_minor",
    }[measure]
    assert len(answer["cohorts"]) == len(written["cohorts"]) > 5
    for found, cohort in zip(answer["cohorts"], written["cohorts"], strict=True):
        assert found["values"] == [period[cell] for period in cohort["periods"]]
        assert found["customers"] == cohort["customers"]
        assert "periods" not in found
    assert [each["value"] for each in answer["average"]] == [each[cell] for each in written["average"]]


def test_revenue_of_all_cohorts_is_the_customers_net(published):
    answer = analytics.cohorts(published.table.reader(), measure="revenue", now=NOW)
    net = sum(value or 0 for cohort in answer["cohorts"] for value in cohort["values"])
    outside = answer["before_first_purchase_minor"] + answer["without_purchase_minor"]
    assert net + outside == published.output("segments/summary.json")["customer_net_minor"]


def test_each_country_has_the_measure(published):
    answer = analytics.cohorts(published.table.reader(), measure="customers", by_country=True, now=NOW)
    named = {table["value"] for table in answer["slices"]}
    assert named == {"United Kingdom", "France", "Zoëland", None}  # none of who never bought
    buyers = sum(cohort["values"][0] for table in answer["slices"] for cohort in table["cohorts"])
    assert buyers == published.output("cohorts/month.json")["customers"]


def test_one_country_is_its_slice(published):
    answer = analytics.cohorts(published.table.reader(), country="Zoëland", measure="customers", now=NOW)
    written = published.output("cohorts/month-by-country.json")["slices"]
    (table,) = (each for each in written if each["value"] == "Zoëland")
    assert (answer["country"], answer["customers"]) == ("Zoëland", table["customers"])
    assert [each["values"][0] for each in answer["cohorts"]] == [
        each["customers"] for each in table["cohorts"]
    ]
    with pytest.raises(BadField, match=r"France.*'Atlantis' is none of them") as refused:
        analytics.cohorts(published.table.reader(), country="Atlantis", now=NOW)
    assert (refused.value.field, refused.value.rule) == ("country", "not-kept")


@pytest.mark.parametrize(("name", "value"), [("grain", "day"), ("measure", "magic")])
def test_what_there_is_not_is_refused(published, name, value):
    with pytest.raises(BadField, match=f"{name} is '{value}'; it must be one of") as refused:
        analytics.cohorts(published.table.reader(), now=NOW, **{name: value})
    assert refused.value.field == name
