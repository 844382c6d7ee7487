"""What the browser tests share: the dashboard's pages and looks, screenshots, axe, and how to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests_support import REPOSITORY

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from patronage.cloud import User

SCREENSHOTS = REPOSITORY / "build" / "screenshots"
AXE = REPOSITORY / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = {
    "light": (1280, "light"),
    "dark": (1280, "dark"),
    "phone": (375, "light"),
    "phone-dark": (375, "dark"),
}
"""Name of a look: width in pixels, and the scheme of colours."""
ZONE = "Europe/Berlin"
"""The shop's, in which the page shows days and instants."""
PATHS = {
    "overview": "/overview",
    "sales": "/sales",
    "segments": "/segments",
    "segment": "/segments/champions",
    "cohorts": "/cohorts",
    "customers": "/customers",
    "customer": "/customers?customer_id=0000015",
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


def findings(page: Page) -> list[str]:
    """Let axe judge a page as it stands; return what it calls serious or critical.

    The page's policy lets it load no script but its own, so the browser itself is told to run axe.
    """
    if not page.evaluate("() => 'axe' in globalThis"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    broken = page.evaluate("async () => (await axe.run({ resultTypes: ['violations'] })).violations")
    return [
        f"{rule['impact']} {rule['id']}: {node['html']} {node['failureSummary']}"
        for rule in broken
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]
