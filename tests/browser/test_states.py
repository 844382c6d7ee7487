"""What a panel shows where the API refuses, fails, or cannot be reached; and that a second try mends it."""

from __future__ import annotations

import json
import re

import pytest
from panel_support import panel_of
from playwright.sync_api import expect

pytestmark = pytest.mark.local_cloud

OVERVIEW = re.compile("/api/v1/analytics/overview")
PANEL = "Net revenue over time"


def answering(status: int, detail: str = "", **headers: str):
    """Return what answers in the API's stead, as the API would."""

    def answer(route) -> None:
        problem = {"title": "Told by the test", "status": status, "detail": detail, "request_id": "r-1"}
        told = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
            "Content-Type": "application/problem+json",
            **headers,
        }
        route.fulfill(status=status, headers=told, body=json.dumps(problem))

    return answer


@pytest.mark.parametrize(
    ("answer", "state", "words", "may_retry"),
    [
        (
            answering(500, "Something broke."),
            "error",
            ["could not be loaded", "Something broke.", "r-1"],
            True,
        ),
        (answering(403), "forbidden", ["Not for your account", "Ask an administrator"], False),
        (answering(429, **{"Retry-After": "7"}), "error", ["Try again in 7 seconds"], True),
        (answering(404, "It comes with the next run."), "not-ready", ["Not ready yet", "the next run"], True),
        (
            answering(503, "Nothing was published."),
            "not-ready",
            ["Not ready yet", "Nothing was published"],
            True,
        ),
        (answering(502, ""), "error", ["could not be loaded"], True),
        (lambda route: route.abort(), "error", ["The API cannot be reached", "Check the network"], True),
        (
            lambda route: route.fulfill(body="<html>"),
            "error",
            ["could not be shown", "Reload the page"],
            True,
        ),
    ],
    ids=["500", "403", "429", "404", "503", "502", "offline", "no-json"],
)
def test_a_panel_says_what_is_wrong_and_tries_again(visit, answer, state, words, may_retry):
    watched = visit()
    page = watched.page
    page.route(OVERVIEW, answer)
    watched.open("/overview")
    panels = page.locator("section.panel")
    assert {each.get_attribute("data-state") for each in panels.all()} == {state}
    panel = panel_of(page, PANEL)
    for word in words:
        expect(panel.get_by_role("status")).to_contain_text(word)
    retry = panel.get_by_role("button", name="Try again")
    expect(retry).to_have_count(1 if may_retry else 0)
    page.unroute(OVERVIEW)
    if may_retry:
        retry.click()
        expect(panel).to_have_attribute("data-state", "ready")


def test_a_token_that_the_api_takes_no_more_asks_for_a_sign_in(visit):
    watched = visit()
    watched.page.route(OVERVIEW, answering(401))
    page = watched.open("/overview")
    expect(panel_of(page, PANEL).get_by_role("status")).to_contain_text("Sign in again to see this.")


def test_a_panel_waits_while_its_answer_does(visit):
    watched = visit()
    page, held = watched.page, []
    page.route(OVERVIEW, lambda route: held.append(route))
    page.goto(f"{watched.site.url}/overview")
    panel = panel_of(page, PANEL)
    expect(panel).to_have_attribute("aria-busy", "true")
    expect(panel.get_by_role("status")).to_have_text("Loading…")
    for route in held:
        route.continue_()
    expect(panel).to_have_attribute("data-state", "ready")


@pytest.mark.parametrize(
    ("change", "panel", "state", "words"),
    [
        ({"changes": []}, "What changed", "empty", "There is nothing for these filters"),
        (
            {"changes": [], "previous": None, "previous_reason": "the orders begin on 1 June"},
            "What changed",
            "not-enough",
            "nothing to compare with. The orders begin on 1 June.",
        ),
        (
            {"kept": {"categories": {"kept": 0, "of": 0}}},
            "Top categories",
            "not-enough",
            "Upload the catalogue",
        ),
    ],
    ids=["empty", "nothing-before", "no-categories"],
)
def test_a_panel_without_figures_says_why(visit, change, panel, state, words):
    watched = visit()

    def changed(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=json.dumps(answer.json() | change))

    watched.page.route(OVERVIEW, changed)
    found = panel_of(watched.open("/overview"), panel)
    expect(found).to_have_attribute("data-state", state)
    expect(found.get_by_role("status")).to_contain_text(words)


def test_a_page_whose_program_does_not_come_says_so(visit):
    watched = visit()
    watched.page.route(re.compile("/assets/Cohorts-"), lambda route: route.abort())
    page = watched.open("/cohorts")
    expect(page.get_by_role("heading", name="The page could not be loaded")).to_be_visible()
    page.unroute(re.compile("/assets/Cohorts-"))
    page.get_by_role("button", name="Load again").click()
    watched.settle()
    expect(page.get_by_role("heading", level=1, name="Cohorts")).to_be_visible()


@pytest.mark.parametrize("group", ["viewer", "admin"])
def test_only_an_administrator_may_roll_back(visit, group):
    page = visit(group).open("/health")
    live = panel_of(page, "What is live")
    expect(live).to_have_attribute("data-state", "ready")
    buttons = live.get_by_role("button", name=re.compile("^Roll back"))
    if group == "viewer":
        expect(buttons).to_have_count(0)
    else:
        assert buttons.count() > 0
