"""Every page, for a viewer and an admin: it draws, breaks no rule of the browser, and fits a phone."""

from __future__ import annotations

import pytest

from browser_support import PATHS, SCREENSHOTS

pytestmark = pytest.mark.local_cloud

LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (375, "light")}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PATHS)
def test_a_page_draws_and_a_person_can_look_at_it(visit, name, look):
    width, scheme = LOOKS[look]
    watched = visit(width=width, scheme=scheme)
    page = watched.open(PATHS[name])
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}-{look}.png", full_page=True, animations="disabled")
    assert watched.problems == []
    assert [panel.inner_text() for panel in page.locator("section.panel[data-state=error]").all()] == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PATHS)
def test_an_admin_s_page_draws(visit, name):
    watched = visit("admin")
    watched.open(PATHS[name])
    assert watched.problems == []


def test_an_address_that_is_none_says_so(visit):
    watched = visit()
    page = watched.open("/no-such-page")
    assert page.locator("section.panel").count() == 0
    assert page.get_by_role("main").get_by_role("link").count() == 1
    assert watched.problems == []
