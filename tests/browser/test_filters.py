"""Filters live in the address, which can be sent to somebody else; and a click goes down to the detail."""

from __future__ import annotations

import re

import pytest
from panel_support import csv_of, panel_of, show_table, table_of
from playwright.sync_api import expect

pytestmark = pytest.mark.local_cloud

GLANCE = "The period at a glance"
FROM, TO = "2025-06-01", "2025-08-31"


def test_what_is_chosen_stands_in_the_address_and_a_deep_link_brings_it_back(visit):
    watched = visit()
    page = watched.open("/overview")
    unfiltered = csv_of(panel_of(page, GLANCE))
    page.get_by_label("From", exact=True).fill(FROM)
    page.get_by_label("To", exact=True).fill(TO)
    page.get_by_role("combobox", name="Period").select_option("week")
    watched.settle()
    assert re.search(rf"/overview[?]start={FROM}&end={TO}&grain=week$", page.url)
    chosen = csv_of(panel_of(page, GLANCE))
    assert chosen != unfiltered

    other = visit()
    page = other.open(page.url.removeprefix(other.site.url))
    assert page.get_by_label("From", exact=True).input_value() == FROM
    assert page.get_by_label("To", exact=True).input_value() == TO
    assert page.get_by_role("combobox", name="Period").input_value() == "week"
    assert csv_of(panel_of(page, GLANCE)) == chosen
    assert re.search("1 Jun 2025 . 31 Aug 2025, against", panel_of(page, GLANCE).inner_text())
    weeks = csv_of(panel_of(page, "Net revenue over time"))[1:]
    assert (weeks[0][1], weeks[-1][2], len(weeks)) == (FROM, TO, 14)
    assert watched.problems == other.problems == []


def test_the_dates_stay_from_page_to_page_and_go_when_they_are_cleared(visit):
    watched = visit()
    page = watched.open(f"/overview?start={FROM}&end={TO}")
    page.get_by_role("link", name="Sales").click()
    watched.settle()
    assert re.search(rf"/sales[?]start={FROM}&end={TO}$", page.url)
    page.get_by_role("button", name="Clear the dates").click()
    expect(page).to_have_url(re.compile("/sales$"))
    page.get_by_role("button", name="90 days").click()
    expect(page).to_have_url(re.compile(r"/sales[?]start=2025-07-30&end=2025-10-27$"))
    expect(page.get_by_role("button", name="90 days")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(
    "query", ["start=2025-13-01", "start=2025-09-01&end=2025-08-01", "grain=hour", "method=none&map=none"]
)
def test_an_address_that_breaks_a_rule_is_as_if_it_asked_nothing(visit, query):
    watched = visit()
    page = watched.open(f"/{'segments' if 'method' in query else 'overview'}?{query}")
    assert page.locator("section.panel[data-state=error]").count() == 0
    assert page.locator("section.panel[data-state=ready]").count() > 0
    assert watched.problems == []


def test_choices_of_a_page_stand_in_the_address(visit):
    watched = visit()
    page = watched.open("/segments?method=kmeans")
    assert page.get_by_label("Method").input_value() == "kmeans"
    page.get_by_label("Method").select_option("rfm")
    page.get_by_label("Coloured by").select_option("customers")
    watched.settle()
    assert re.search(r"/segments[?]map=customers$", page.url)


def test_cohorts_are_those_that_first_bought_within_the_dates(visit):
    page = visit().open("/cohorts?start=2025-03-15&end=2025-05-01")
    months = [row[0] for row in csv_of(panel_of(page, "Retention by cohort"))[1:]]
    assert months == ["Mar 2025", "Apr 2025", "May 2025"]


def test_a_segment_is_a_click_away_and_back(visit):
    watched = visit()
    page = watched.open("/segments")
    rows = table_of(panel_of(page, "Segments"))
    panel_of(page, "Segments").get_by_role("link", name="Champions", exact=True).click()
    watched.settle()
    assert page.url.endswith("/segments/champions")
    expect(page.get_by_role("heading", level=1, name="Champions")).to_be_focused()
    members = csv_of(panel_of(page, "Customers of the segment"))
    (champions,) = [row for row in rows if row[0] == "Champions"]
    assert len(members) - 1 == int(champions[rows[0].index("Customers")])
    page.go_back()
    watched.settle()
    expect(page.get_by_role("heading", level=1, name="Segments")).to_be_visible()
    assert watched.problems == []


def test_a_click_into_a_chart_goes_where_its_table_leads(visit):
    watched = visit()
    page = watched.open("/overview")
    countries = panel_of(page, "Top countries")
    chart = countries.get_by_role("img")
    box = chart.bounding_box()
    assert box is not None
    # the longest bar is on top: a point within it, right of the names
    chart.click(position={"x": box["width"] * 0.4, "y": 34})
    expect(page).to_have_url(re.compile("/sales[?]country="))
    by_click = page.url
    page.go_back()
    watched.settle()
    show_table(countries)
    countries.get_by_role("table").get_by_role("link").first.click()
    expect(page).to_have_url(by_click)
    watched.settle()
    assert watched.problems == []
