"""Every panel of every page: what it is, its table view, and the files it gives away."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from panel_support import PNG, csv_of, differences, panel_of, ready_panels, saved
from playwright.sync_api import expect

from browser_support import PATHS, findings

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.local_cloud


@pytest.mark.parametrize("name", PATHS)
def test_each_panel_has_a_title_a_definition_a_table_and_its_csv(visit, name):
    watched = visit()
    page = watched.open(PATHS[name])
    titles = ready_panels(page)
    assert len(set(titles)) == len(titles), "a title names one panel"
    for title in titles:
        panel = panel_of(page, title)
        what = panel.get_by_role("button", name=f"What is {title}?", exact=True)
        tip = panel.get_by_role("tooltip").first
        expect(tip).to_be_hidden()
        what.hover()
        expect(tip).to_be_visible()
        assert tip.inner_text().endswith("."), title
        what.press("Escape")
        expect(tip).to_be_hidden()
        for chart in panel.get_by_role("img").all():
            expect(panel.locator(".panel-head .unit"), title).not_to_be_empty()
            assert any(map(str.isdigit, chart.get_attribute("aria-label") or "")), f"{title} tells no figure"
        assert differences(panel) == [], title
        meanings = panel.locator("thead [role=tooltip]").all_text_contents()
        assert [each for each in meanings if not each.endswith(".")] == [], title
    assert findings(page) == [], "with every table shown"
    assert watched.problems == []


OF_SEGMENTS = {
    "Segments by customers",
    "Segments by net revenue",
    "Segments",
    "Expected value of the segments",
    "What a customer of each segment brings",
}
SIMULATED = {
    "/journeys": {"Funnel", "Conversion by channel", "Paths"},
    "/segments?method=behaviour": OF_SEGMENTS,
    "/segments?method=lifecycle": OF_SEGMENTS,
    PATHS["customer"]: {"Customer 0000015", "What the customer did"},
    "/experiments": {
        "Verdict",
        "Effect of the arms",
        "What the arms earned",
        "The arms",
        "The metrics by arm",
    },
    "/recommendations": {
        "What recommendations earned",
        "From shown to bought",
        "By day",
        "By model",
        "By rung",
        "By placement, segment or position",
        "Versions: before they went live and since",
    },
    "/overview": set(),
    "/sales": set(),
    "/cohorts": set(),
    "/segments": set(),
    PATHS["segment"]: set(),
}


def marked_panels(page: Page) -> set[str]:
    return set(page.locator("section.panel:has(.badge:text-is('Simulated')) h2").all_inner_texts())


@pytest.mark.parametrize("path", SIMULATED)
def test_a_panel_says_that_it_uses_simulated_events(visit, path):
    assert marked_panels(visit().open(path)) == SIMULATED[path]


def test_a_segment_by_visits_says_so_in_all_its_panels(visit):
    watched = visit()
    page = watched.open("/segments?method=behaviour")
    panel_of(page, "Segments").get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/segments/\w+[?]method=behaviour$"))
    watched.settle()
    shown = set(ready_panels(page))
    assert {"The segment at a glance", "Customers of the segment"} <= shown
    assert marked_panels(page) == shown


def test_a_file_of_a_panel_with_simulated_events_says_so_in_its_name(visit):
    page = visit().open("/segments?method=behaviour")
    with page.expect_download() as download:
        panel_of(page, "Segments").get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "segments-behaviour-simulated.csv"


def test_what_simulated_means_can_be_read_without_a_mouse(visit):
    panel = panel_of(visit().open("/journeys"), "Funnel")
    panel.get_by_role("button", name="What is Simulated?", exact=True).focus()
    expect(panel.get_by_role("tooltip")).to_contain_text("simulated browsing")


def test_the_trend_has_the_days_of_the_calendar(visit):
    heads, *days = csv_of(panel_of(visit().open("/overview"), "Net revenue over time"))
    named = {row[heads.index("From")]: row[heads.index("Calendar")] for row in days}
    assert {day: name for day, name in named.items() if name} == {"2025-10-03": "German Unity Day (DE)"}


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/segments", "Segments"),
        ("/recommendations", "Versions: before they went live and since"),
        ("/health", "Model versions"),
        ("/experiments", "Experiments"),
    ],
)
def test_a_table_fits_its_panel(visit, path, title):
    panel = panel_of(visit().open(path), title)
    scroll, room = panel.locator(".table-scroll").evaluate(
        "(table) => [table.scrollWidth, table.clientWidth]"
    )
    assert scroll <= room


def test_a_chart_is_saved_as_a_picture(visit):
    panel = panel_of(visit().open("/overview"), "Net revenue over time")
    picture = saved(panel, "PNG").read_bytes()
    assert picture.startswith(PNG)
    width, height = (int.from_bytes(picture[place : place + 4], "big") for place in (16, 20))
    assert width > height > 300


def test_after_a_roll_back_the_whole_page_asks_anew(visit):
    watched = visit("admin")
    page = watched.open("/health")
    told = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
    page.route(
        re.compile("/models/rollback$"),
        lambda route: route.fulfill(headers=told, body=json.dumps({"live_run": "the-run-before"})),
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("?")[0].partition("/api/v1/")[2]))
    panel_of(page, "What is live").get_by_role("button", name=re.compile("^Roll back")).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Yes, roll back", exact=True).click()
    expect(panel_of(page, "What is live")).to_contain_text("the-run-before")
    watched.settle()
    assert {"status", "models", "cost", "ingest/reports", "analytics/drift"} <= set(asked)
