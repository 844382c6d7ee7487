"""What the browser tests share: the dashboard's pages, where screenshots go, and how somebody signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests_support import REPOSITORY

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from patronage.cloud import User

SCREENSHOTS = REPOSITORY / "build" / "screenshots"
PATHS = {
    "overview": "/overview",
    "sales": "/sales",
    "segments": "/segments",
    "segment": "/segments/champions",
    "cohorts": "/cohorts",
    "customers": "/customers",
    "journeys": "/journeys",
    "recommendations": "/recommendations",
    "experiments": "/experiments",
    "health": "/health",
}
"""Name of a page's screenshots: its address."""


def sign_in(page: Page, user: User, *, is_kept: bool = False) -> None:
    """Fill in the form and send it."""
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(user.password)
    if is_kept:
        page.get_by_label("Stay signed in").check()
    page.get_by_role("button", name="Sign in").click()
