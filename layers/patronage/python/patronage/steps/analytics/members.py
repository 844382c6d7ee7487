"""The customers of a segment, the most valuable first, in pages and by their net."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.errors import BadField, NotFound
from patronage.logic.api.cursors import write_cursor
from patronage.logic.segments.methods import METHODS, described
from patronage.settings import minor_digits_of
from patronage.steps.analytics.paging import begin, check_limit, needed
from patronage.steps.analytics.segments import check_method, is_simulated, profiles_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from decimal import Decimal

    from patronage.logic.serve.generation import Generation
    from patronage.stores.figures_reader import FiguresReader


class _Range(NamedTuple):
    """A range of net in minor units, both ends included; any net, an unknown one too, without ends."""

    low: Decimal | None
    high: Decimal | None

    def is_above(self, net: int | None) -> bool:
        return self.high is not None and net is not None and net > self.high

    def is_below(self, net: int | None) -> bool:
        if net is None:
            return self.low is not None or self.high is not None
        return self.low is not None and net < self.low


class _List(NamedTuple):
    """The list of a segment's customers in one generation, page by page."""

    reader: FiguresReader
    generation: Generation
    method: str
    segment_id: str
    cursor: str | None

    def described(self) -> dict[str, Any]:
        """Say what the segment is; one that the method knows may have no customer."""
        summary = needed(self.reader.summary(self.generation.run_id), self.generation, self.cursor)
        profiles = {profile["segment_id"]: profile for profile in profiles_of(summary, self.method)}
        known = self._words() | profiles
        if self.segment_id not in known:
            listed = ", ".join(known) or "none"
            raise NotFound(f"the method {self.method} has no segment {self.segment_id!r}; known are {listed}")
        return {
            "method": self.method,
            "segment_id": self.segment_id,
            "name": known[self.segment_id]["name"],
            "is_simulated": is_simulated(summary, self.method),
            "total": profiles.get(self.segment_id, {"customers": 0})["customers"],
        }

    def _words(self) -> dict[str, dict[str, Any]]:
        """Return what the method calls its segments; those of RFM are the same in every run."""
        if self.method == "rfm":
            return described(self.method, {})
        document = self.reader.document(self.generation.run_id, METHODS[self.method].file)
        return described(self.method, needed(document, self.generation, self.cursor))

    def page(self, number: int) -> tuple[list[tuple[str, int | None]], int]:
        found = self.reader.members(self.generation.run_id, self.method, self.segment_id, number)
        return needed(found, self.generation, self.cursor)  # type: ignore[no-any-return]

    def first_page(self, asked: _Range) -> int:
        """Return the first page that does not lie above a range as a whole."""
        if asked.high is None:
            return 0
        _, pages = self.page(0)
        return bisect_left(range(pages - 1), True, key=lambda page: not self._lies_above(page, asked))

    def _lies_above(self, page: int, asked: _Range) -> bool:
        people, _ = self.page(page)  # none where an erasure took the last one out
        return bool(people) and asked.is_above(people[-1][1])

    def rows(self, page: int, place: int, asked: _Range) -> Iterator[tuple[int, int, str, int | None]]:
        """Go through the customers in a range from a place on: page, place, id and net of each."""
        pages = page + 1
        while page < pages:
            content, pages = self.page(page)
            for number, (customer_id, net) in enumerate(content[place:], start=place):
                if asked.is_below(net):
                    return
                if not asked.is_above(net):
                    yield page, number, customer_id, net
            page, place = page + 1, 0


def members(
    reader: FiguresReader,
    segment_id: str,
    *,
    method: str = "rfm",
    limit: int = 100,
    cursor: str | None = None,
    min_net: Decimal | None = None,
    max_net: Decimal | None = None,
    now: datetime,
) -> dict[str, Any]:
    """List the customers of a segment, those of the most net first.

    Parameters
    ----------
    min_net, max_net : Decimal, optional
        Bounds of the net in units of the shop's currency, both included.

    Returns
    -------
    dict
        ``customers`` (customer_id, net_minor), ``next_cursor`` (None after the last page), and ``total``: how
        many the whole segment has, whatever the bounds.

    Raises
    ------
    NotFound
        The method has no such segment.
    BadField
        A value is out of bounds, or the cursor is none of this question.
    """
    check_method(method)
    check_limit(limit)
    question = ["members", method, segment_id, _plain(min_net), _plain(max_net)]
    generation, (page, place) = begin(reader, question, cursor, 2, now=now)
    asked = _range(min_net, max_net, generation.currency)
    listed = _List(reader, generation, method, segment_id, cursor)
    answer = listed.described()
    found: list[tuple[int, int, str, int | None]] = []
    if answer["total"]:
        page = listed.first_page(asked) if cursor is None else page
        found = list(islice(listed.rows(page, place, asked), limit + 1))
    following = write_cursor(question, generation.run_id, *found[limit][:2]) if len(found) > limit else None
    customers = [{"customer_id": customer_id, "net_minor": net} for _, _, customer_id, net in found[:limit]]
    return {**answer, "customers": customers, "next_cursor": following, **generation.head(now)}


def _range(min_net: Decimal | None, max_net: Decimal | None, currency: str) -> _Range:
    if min_net is not None and max_net is not None and min_net > max_net:
        raise BadField(
            f"min_net {min_net} is above max_net {max_net}; exchange the two", field="min_net", rule="range"
        )
    unit = 10 ** minor_digits_of(currency)
    return _Range(*(None if net is None else net * unit for net in (min_net, max_net)))


def _plain(net: Decimal | None) -> str | None:
    return None if net is None else str(net.normalize())
