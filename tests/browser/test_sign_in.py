"""Who gets in, who does not, and what the page says to them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser_support import sign_in
from patronage.cloud import User

pytestmark = pytest.mark.local_cloud


def test_a_viewer_signs_in_and_out(visit, site):
    watched = visit(None)
    page = watched.open("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, site.users["viewer"])
    page.wait_for_url("**/overview")
    watched.settle()
    expect(page.get_by_text(site.users["viewer"].email)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert watched.problems == []


def test_a_wrong_password_is_refused_without_saying_who_exists(visit, site):
    said = []
    for email in (site.users["viewer"].email, "stranger@patronage.invalid"):
        page = visit(None).open("/")
        sign_in(page, User(email, "Wrong-password-1"))
        refusal = page.get_by_role("alert")
        expect(refusal).not_to_be_empty()
        said.append(refusal.inner_text())
    assert said[0] == said[1]


def test_a_shared_address_goes_on_where_it_points_after_signing_in(visit, site):
    watched = visit(None)
    page = watched.open("/sales?grain=month")
    sign_in(page, site.users["viewer"])
    page.locator("nav").wait_for(state="attached")
    watched.settle()
    assert re.search(r"/sales[?]grain=month$", page.url)
    expect(page.get_by_role("heading", level=1, name="Sales")).to_be_visible()
    assert watched.problems == []


def test_somebody_in_no_group_is_told_so_and_sees_nothing(visit):
    page = visit("").open("/overview")
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
    assert page.locator("section.panel").count() == 0


@pytest.mark.parametrize("is_kept", [False, True], ids=["of the tab", "kept"])
def test_a_session_ends_with_its_tab_unless_the_person_wants_it_kept(visit, site, is_kept):
    watched = visit(None)
    page = watched.open("/")
    sign_in(page, site.users["viewer"], is_kept=is_kept)
    page.wait_for_url("**/overview")
    page.reload()
    watched.settle()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.close()
    other = page.context.new_page()
    other.goto(site.url)
    if is_kept:
        expect(other.get_by_role("button", name="Sign out")).to_be_visible()
    else:
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_out_of_a_kept_session_reaches_every_tab(visit, site):
    page = visit(None).open("/")
    sign_in(page, site.users["viewer"], is_kept=True)
    page.wait_for_url("**/overview")
    other = page.context.new_page()
    other.goto(site.url)
    expect(other.get_by_role("button", name="Sign out")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
