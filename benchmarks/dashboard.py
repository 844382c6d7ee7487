"""The dashboard in Chromium, in a local cloud: its first page beside our limit.

The overview and a segment's page of a synthetic shop with 60,000 customers stand beside those of the demo's
shop with 4,400: what they take must not grow with the customers, for paging and sums are the server's.

Somebody who is signed in opens the overview in a browser that knows nothing of the page yet; it is drawn when
no panel waits any more and every chart stands. One opening warms the functions, and is not counted. Scripts
are what the browser fetched until then, by gzip: the local cloud serves them as they are, CloudFront smaller.
"""

from __future__ import annotations

import gzip
import os
import shutil
import statistics
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.figures import Figure
from benchmarks.serve_cloud import SHOP, published, served
from patronage.cloud import SITE, make_user, publish_site, repository
from patronage.logic.synthetic import SyntheticShop
from patronage.steps.generate import generate

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response, StorageState

    from patronage.cloud import Stack

OPENINGS = 7
ALLOWED_MS = 1_500
ALLOWED_KB = 350
LARGE = SyntheticShop(customers=60_000, products=2_000, days=365, seed=7, currency=SHOP.currency)
FIRST_PAGE, SEGMENT_PAGE = "/overview", "/segments/champions"
_STANDS = (
    "() => document.querySelectorAll('section.panel[data-state=ready]').length >= 3"
    " && !document.querySelector('[aria-busy=true], [data-drawn=no]')"
)


class Opened(NamedTuple):
    """One opening of the first page."""

    drawn_ms: float
    script_bytes: int


def dashboard_first_page_ms() -> Figure:
    """Open the overview, from the address to the last chart."""
    return Figure(_median_ms(FIRST_PAGE), "ms", "our limit", ALLOWED_MS)


def dashboard_script_kb() -> Figure:
    """Weigh the scripts that this takes."""
    opened = _openings(FIRST_PAGE)[0]
    return Figure(opened.script_bytes / 1024, "KB gzipped", "our limit", ALLOWED_KB)


def dashboard_first_page_60k_ms() -> Figure:
    """Open the overview of the large shop."""
    return _beside_the_demo(FIRST_PAGE)


def dashboard_segment_page_60k_ms() -> Figure:
    """Open the page of a segment of the large shop, with the first of its customers."""
    return _beside_the_demo(SEGMENT_PAGE)


FIGURES = {
    "dashboard_first_page_ms": dashboard_first_page_ms,
    "dashboard_script_kb": dashboard_script_kb,
    "dashboard_first_page_60k_ms": dashboard_first_page_60k_ms,
    "dashboard_segment_page_60k_ms": dashboard_segment_page_60k_ms,
}


def _beside_the_demo(page: str) -> Figure:
    return Figure(_median_ms(page, is_large=True), "ms", "the demo's shop", _median_ms(page))


def _median_ms(page: str, *, is_large: bool = False) -> float:
    return statistics.median(each.drawn_ms for each in _openings(page, is_large=is_large))


@cache
def _large() -> Stack:
    """Deploy a synthetic shop of 60,000 customers and segment it, once a process; the cloud ends with it."""
    with tempfile.TemporaryDirectory() as folder:
        generate(LARGE, Path(folder), file_format="parquet")
        return published(Path(folder) / "orders.parquet", ["segmentation"])


@cache
def _openings(path: str, *, is_large: bool = False) -> list[Opened]:
    from playwright.sync_api import sync_playwright

    program = os.environ.get("PATRONAGE_CHROMIUM") or shutil.which("chromium")
    if program is None:
        raise RuntimeError("Chromium is missing; install it with: apt-get install chromium")
    stack = _large() if is_large else served().stack
    url = publish_site(stack, repository() / SITE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        kept = _signed_in(browser, stack, url)
        _, *counted = [_open(browser, url + path, kept) for _ in range(OPENINGS + 1)]
        browser.close()
    return counted


def _signed_in(browser: Browser, stack: Stack, url: str) -> StorageState:
    """Return what a browser keeps of somebody who has signed in."""
    user = make_user(stack)
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        page.get_by_label("E-mail").fill(user.email)
        page.get_by_label("Password").fill(user.password)
        page.get_by_label("Stay signed in").check()
        page.get_by_role("button", name="Sign in").click()
        page.locator("nav").wait_for(state="attached")
        return context.storage_state()


def _open(browser: Browser, address: str, kept: StorageState) -> Opened:
    """Open a page in a browser of its own, which has no copies yet."""
    with browser.new_context(storage_state=kept, viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer))
        page.goto(address, wait_until="commit")
        page.wait_for_function(_STANDS)
        drawn_ms = float(page.evaluate("() => performance.now()"))
        scripts = [each.body() for each in answers if each.request.resource_type == "script"]
    return Opened(drawn_ms, sum(len(gzip.compress(body, 9)) for body in scripts))
