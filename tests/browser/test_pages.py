"""Every page, for a viewer and an admin: it draws, breaks no rule of the browser, and fits a phone."""

from __future__ import annotations

import pytest

from browser_support import LOOKS, PATHS, SCREENSHOTS, findings

pytestmark = pytest.mark.local_cloud


@pytest.mark.parametrize("name", PATHS)
def test_a_page_draws_in_every_look_and_a_person_can_look_at_it(visit, name):
    watched = visit()
    page = watched.open(PATHS[name])
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for look, (width, scheme) in LOOKS.items():
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        watched.settle()
        page.screenshot(path=SCREENSHOTS / f"{name}-{look}.png", full_page=True, animations="disabled")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, look
        assert findings(page) == [], look
    assert watched.problems == []
    assert [panel.inner_text() for panel in page.locator("section.panel[data-state=error]").all()] == []


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
