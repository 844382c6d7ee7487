"""Every panel of every page: what it is, its table view, and the files it gives away."""

from __future__ import annotations

import pytest
from panel_support import PNG, differences, panel_of, ready_panels, saved
from playwright.sync_api import expect

from browser_support import PATHS

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
        assert differences(panel) == [], title
    assert watched.problems == []


def test_a_chart_is_saved_as_a_picture(visit):
    panel = panel_of(visit().open("/overview"), "Net revenue over time")
    picture = saved(panel, "PNG").read_bytes()
    assert picture.startswith(PNG)
    width, height = (int.from_bytes(picture[place : place + 4], "big") for place in (16, 20))
    assert width > height > 300
