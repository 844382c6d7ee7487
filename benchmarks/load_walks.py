"""Walks through the pages of a segment's customers, slow enough that a flip comes in the midst of them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from patronage.cloud import Api
    from patronage.stores.figures_reader import FiguresReader

Customers = list[tuple[str, int | None]]

METHOD = "rfm"
_A_PAGE = 10


@dataclass(frozen=True)
class Page:
    """A page that was asked for, when, and what came of it."""

    sent: float
    status: int
    body: Any
    problem: str = ""

    @property
    def failed(self) -> str:
        """Why this is no page; "" where it is one."""
        return self.problem or ("" if self.status == 200 else f"status {self.status}")


@dataclass
class Walk:
    """The pages of a segment, one after the other, as far as they were asked for."""

    segment_id: str
    pages: list[Page] = field(default_factory=list)

    @property
    def whole_pages(self) -> list[Page]:
        """The pages that came."""
        return [page for page in self.pages if not page.failed]

    @property
    def generations(self) -> list[str]:
        """The generation that each page names."""
        return [page.body["generation"] for page in self.whole_pages]

    @property
    def is_at_its_end(self) -> bool:
        """Whether the last page said that there is none after it."""
        return bool(self.whole_pages) and not self.whole_pages[-1].body["next_cursor"]

    def mixed(self, expected: Callable[[str, str], Customers | None]) -> str:
        """Say what does not come from the generation in which the walk began; "" for nothing.

        Parameters
        ----------
        expected : callable
            Returns all customers of a segment in a generation, in order; None for a generation that there
            never was.
        """
        if not self.whole_pages:
            return ""
        first = self.generations[0]
        if set(self.generations) != {first}:
            return f"pages of {self.segment_id} name {sorted(set(self.generations))}"
        wanted = expected(first, self.segment_id)
        if wanted is None:
            return f"a page of {self.segment_id} names {first}"
        seen = [
            (each["customer_id"], each["net_minor"])
            for page in self.whole_pages
            for each in page.body["customers"]
        ]
        if seen != (wanted if self.is_at_its_end else wanted[: len(seen)]):
            return f"the customers of {self.segment_id} are not those of {first}"
        return ""


class Walker:
    """Walk through segments until it is stopped, one page at a time.

    Parameters
    ----------
    api : Api
        With a viewer's token.
    segment_ids : sequence of str
        Which, one after the other.
    holds : bool
        Keep the cursor of the first page until `go_on`.
    seconds_a_page : float
        How long it waits before each page.
    """

    def __init__(
        self, api: Api, segment_ids: Sequence[str], *, holds: bool = False, seconds_a_page: float = 1.5
    ) -> None:
        self._api = api
        self._segment_ids = segment_ids
        self._seconds_a_page = seconds_a_page
        self._goes_on = threading.Event()
        if not holds:
            self._goes_on.set()
        self._ended = threading.Event()
        self._walks: list[Walk] = []
        self._thread = threading.Thread(target=self._go, daemon=True)

    def start(self) -> None:
        """Begin to walk."""
        self._thread.start()

    def go_on(self) -> None:
        """Ask for what comes after the first page."""
        self._goes_on.set()

    def stop(self) -> list[Walk]:
        """Ask for no more pages, and return the walks."""
        self._ended.set()
        self._goes_on.set()
        self._thread.join()
        return self._walks

    def _go(self) -> None:
        while True:
            for segment_id in self._segment_ids:
                walk = Walk(segment_id)
                self._walks.append(walk)
                if not self._follow(walk):
                    return

    def _follow(self, walk: Walk) -> bool:
        """Walk to the end; False where it was stopped on the way. A page that fails is asked for again."""
        cursor = ""
        while not self._ended.wait(self._seconds_a_page):
            page = self._page(walk.segment_id, cursor)
            walk.pages.append(page)
            if not page.failed:
                cursor = page.body["next_cursor"] or ""
                if not cursor:
                    return True
                self._goes_on.wait()
        return False

    def _page(self, segment_id: str, cursor: str) -> Page:
        query = {"method": METHOD, "limit": _A_PAGE} | ({"cursor": cursor} if cursor else {})
        sent = time.time()
        try:
            answer = self._api.get(
                f"/api/v1/segments/{segment_id}/customers?{urlencode(query)}", with_token=True
            )
        except OSError as error:
            return Page(sent, 0, None, type(error).__name__)
        return Page(sent, answer.status, answer.body)


def members(reader: FiguresReader, generation: str, segment_id: str) -> Customers:
    """Return all customers of a segment of a generation, straight from the serving table's pages."""
    found: Customers = []
    page, pages = 0, 1
    while page < pages:
        content, pages = reader.members(generation, METHOD, segment_id, page) or ([], 0)
        found += content
        page += 1
    return found
