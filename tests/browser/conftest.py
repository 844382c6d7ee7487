"""One deployment a session with the built dashboard and a synthetic shop, and Debian's Chromium before it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as NeverStood

from browser_support import ZONE, sign_in
from patronage.cloud import (
    MACHINES,
    SITE,
    Api,
    Cloud,
    MiniStack,
    Stack,
    User,
    deploy,
    keep_experiment,
    make_user,
    open_api,
    publish_site,
    repository,
    start_run,
    synthesise,
    upload_file,
    upload_simulated,
    wait_for_report,
    wait_for_runs,
)
from patronage.logic.synthetic import SyntheticShop
from patronage.settings import Shop
from patronage.steps.generate import generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROOT = repository()
TABLES = ("products", "customers", "calendar", "orders")
CALENDAR = (
    "day,name,kind,country\n2025-06-09,Whit Monday,holiday,DE\n2025-10-03,German Unity Day,holiday,DE\n"
)
SETTINGS = Shop(currency="EUR", timezone=ZONE, search_seconds=0)
SYNTHETIC = SyntheticShop(customers=150, products=40, days=300, seed=7)
DRAWN_MS = 30_000
"""How long a page may take at most, where tests have two busy cores; how fast it is, a benchmark measures."""
RUNS = {"first": tuple(MACHINES), "second": ("segmentation",), "third": ("monitoring",)}
"""The second has a run before it to tell who moved; the third tells what recommendations earned."""
STATES = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE)
"""What the API answers where somebody may not, where there is no such thing, and where no run was yet."""


@dataclass(frozen=True)
class Site:
    """A deployed dashboard, who may sign in to it, and the API behind it."""

    url: str
    stack: Stack
    api: Api
    users: dict[str, User]


@dataclass
class Watched:
    """A page of the browser and what went wrong on it."""

    page: Page
    site: Site
    problems: list[str] = field(default_factory=list)
    _refused: list[Response] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to an address of the dashboard and wait until no panel waits for an answer any more."""
        self.page.goto(f"{self.site.url}{path}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the page stands with its charts drawn; say what went wrong on it where it does not."""
        try:
            self.page.locator("h1").first.wait_for(timeout=DRAWN_MS)
            self.page.wait_for_function(
                "() => !document.querySelector('[aria-busy=true], [data-drawn=no], p.state[role=status]')",
                timeout=DRAWN_MS,
            )
        except NeverStood as exc:
            shown = self.page.locator("body").inner_text()
            raise AssertionError(f"{self.page.url} never stood; {self.problems}; it shows {shown!r}") from exc
        self.page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 50)))")
        self.problems += [why for answer in self._refused if (why := self._failure(answer))]
        self._refused.clear()

    def note_answer(self, answer: Response) -> None:
        """Keep what was refused, to be looked at when the page stands."""
        if answer.status >= HTTPStatus.BAD_REQUEST:
            self._refused.append(answer)

    def _failure(self, answer: Response) -> str:
        """Say which refusal is a failure: all but those of the API that a panel shows as a state."""
        is_state = answer.status in STATES and self.site.api.url in answer.url
        kind = str(answer.json().get("type", "")) if is_state else ""
        is_state = is_state and not kind.endswith("no-such-route")
        return "" if is_state else f"{answer.status} {kind} {answer.request.method} {answer.url}"

    def note_line(self, line: ConsoleMessage) -> None:
        """Keep an error or a warning of the console; the browser's line about a refusal names no address."""
        if line.type in {"error", "warning"} and "Failed to load resource" not in line.text:
            self.problems.append(line.text)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    generate(SYNTHETIC, folder)
    (folder / "calendar.csv").write_text(CALENDAR, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def site(shop: Path) -> Iterator[Site]:
    if not (ROOT / SITE / "index.html").is_file():
        pytest.fail("the dashboard is not built; build it with: make dashboard")
    assembly = synthesise(ROOT, SETTINGS)
    with MiniStack(port=0) as ministack:
        stack = deploy(Cloud(ministack.endpoint), assembly.folder)
        url = publish_site(stack, ROOT / SITE)
        for table in TABLES:
            report = wait_for_report(
                stack, upload_file(stack, shop / f"{table}.csv", table=table), timeout_s=180
            )
            assert report["kept"] > 0, report
        simulated = upload_simulated(stack, SETTINGS, tables=["events"])
        keep_experiment(stack, simulated, ended_at=simulated.told.ends)
        for name, machines in RUNS.items():
            executions = {machine: start_run(stack, machine, f"{name}-{machine}") for machine in machines}
            wait_for_runs(stack, executions, on_state=lambda _: None, timeout_s=400)
        api = open_api(stack)
        users = {group: make_user(stack, group=group) for group in ("viewer", "admin", "")}
        yield Site(url, stack, api, users)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = os.environ.get("PATRONAGE_CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.fail("Chromium is missing; install it with: apt-get install chromium")
    with sync_playwright() as playwright:
        # Tests run as root in containers, where Chromium's own sandbox cannot start.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(site: Site, chromium: Browser) -> Callable[[str], dict[str, object]]:
    """Return what a browser keeps of somebody of a group who signed in, through the page, once a session."""
    kept: dict[str, dict[str, object]] = {}

    def state(group: str) -> dict[str, object]:
        if group not in kept:
            context = chromium.new_context()
            page = context.new_page()
            page.goto(site.url)
            sign_in(page, site.users[group], is_kept=True)
            page.locator("nav").wait_for(state="attached", timeout=DRAWN_MS)
            kept[group] = dict(context.storage_state())
            context.close()
        return kept[group]

    return state


@pytest.fixture
def visit(
    site: Site, chromium: Browser, signed_in: Callable[[str], dict[str, object]]
) -> Iterator[Callable[..., Watched]]:
    """Give a function that opens a browser for somebody of a group; None for a stranger."""
    contexts: list[BrowserContext] = []

    def opened(group: str | None = "viewer", *, width: int = 1280, scheme: str = "light") -> Watched:
        context = chromium.new_context(
            storage_state=signed_in(group) if group is not None else None,  # type: ignore[arg-type]
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            locale="en-GB",
            accept_downloads=True,
        )
        contexts.append(context)
        watched = Watched(context.new_page(), site)
        watched.page.on("pageerror", lambda error: watched.problems.append(f"error: {error}"))
        watched.page.on("console", watched.note_line)
        watched.page.on("response", watched.note_answer)
        return watched

    yield opened
    for context in contexts:
        context.close()
