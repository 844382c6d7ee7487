"""Everything by keyboard, and what axe finds in states that no screenshot has."""

from __future__ import annotations

import pytest
from panel_support import PNG, panel_of
from playwright.sync_api import expect

from browser_support import PATHS, findings

pytestmark = pytest.mark.local_cloud

FOCUSABLE = "a[href], button:not(:disabled), input, select, summary, [tabindex='0']"
STEP = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const isSame = at === globalThis.reachedLast;  // the parts of a date are one control
  const isSeen = at === document.body || ('reached' in at.dataset && !isSame);
  globalThis.reachedLast = at;
  at.dataset.reached = 'yes';
  const isVisible = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return { html: at.outerHTML.slice(0, 200), isSeen, isVisible };
}"""
MISSED = (
    f'() => [...document.querySelectorAll("{FOCUSABLE}")]'
    ".filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.dataset.reached)"
    ".map((each) => each.outerHTML.slice(0, 200))"
)


def walk(page, most: int = 600) -> list[str]:
    """Go through the page by Tab; return what has no visible focus, and what was never reached."""
    problems = []
    for _ in range(most):
        page.keyboard.press("Tab")
        step = page.evaluate(STEP)
        if step["isSeen"]:
            break
        if not step["isVisible"]:
            problems.append(f"no visible focus: {step['html']}")
    return problems + [f"not reached: {each}" for each in page.evaluate(MISSED)]


def focused(page, name: str, *, role: str = "button", most: int = 100) -> None:
    """Press Tab until something has the focus."""
    wanted = page.get_by_role(role, name=name, exact=True)
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("(each) => each === document.activeElement"):
            return
    pytest.fail(f"{name} is not reached by {most} tabs")


@pytest.mark.parametrize("name", PATHS)
def test_every_control_is_reached_by_tab_and_shows_it(visit, name):
    page = visit().open(PATHS[name])
    assert walk(page) == []


def test_axe_judges_what_it_is_given(visit):
    page = visit().open("/overview")
    page.evaluate("() => document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    (found,) = findings(page)
    assert found.startswith("critical button-name: <button></button>")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_where_somebody_signs_in_and_where_nothing_is(visit, scheme):
    stranger = visit(None, scheme=scheme, width=375)
    page = stranger.open("/")
    assert findings(page) == []
    page.get_by_label("E-mail").fill("nobody@patronage.invalid")
    page.get_by_label("Password").fill("Wrong-password-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).not_to_be_empty()
    assert findings(page) == []
    assert findings(visit(scheme=scheme).open("/no-such-page")) == []


def test_somebody_signs_in_by_keyboard_alone(visit, site):
    watched = visit(None)
    page = watched.open("/sales")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(site.users["viewer"].email)
    page.keyboard.press("Tab")
    page.keyboard.type(site.users["viewer"].password)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Stay signed in")).to_be_checked()
    page.keyboard.press("Enter")
    page.locator("nav").wait_for(state="attached")
    watched.settle()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    assert watched.problems == []


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(visit):
    page = visit(width=375).open("/overview")
    expect(page.get_by_role("navigation")).to_be_hidden()
    focused(page, "Menu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation")).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    page.keyboard.press("Space")
    focused(page, "Segments", role="link")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Segments")).to_be_focused()
    expect(page.get_by_role("navigation")).to_be_hidden()


def test_the_buttons_of_a_panel_work_by_keyboard(visit):
    page = visit().open("/overview")
    title = "Net revenue over time"
    panel = panel_of(page, title)
    focused(page, f"What is {title}?")
    expect(panel.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel.get_by_role("tooltip")).to_be_hidden()
    focused(page, f"Save {title} as a PNG picture")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.path().read_bytes().startswith(PNG)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(panel.get_by_role("table")).to_be_visible()
    expect(panel.get_by_role("button", name=f"Show {title} as a chart")).to_be_focused()
    panel.get_by_role("button", name="Net revenue (EUR)", exact=True).focus()
    page.keyboard.press("Enter")
    heading = panel.get_by_role("columnheader", name="Net revenue (EUR)", exact=True)
    expect(heading).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="What is Net revenue?", exact=True)).to_be_focused()
    expect(panel.get_by_role("tooltip")).to_contain_text("What customers paid")
    page.keyboard.press("Escape")
    expect(panel.get_by_role("tooltip")).to_be_hidden()
