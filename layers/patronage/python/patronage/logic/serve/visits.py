"""One visit: what to read for it step by step, and its products in their order."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from patronage.logic.serve import kinds
from patronage.logic.serve.bought import unpack_bought
from patronage.logic.serve.ladder import (
    POPULAR,
    boosted,
    climb_down,
    on_rung,
    reach,
    whole_catalogue,
)
from patronage.logic.serve.session_rank import DEPTH, USER, like_the_visit, merged, newest
from patronage.logic.serve.slots import arrange, given_places
from patronage.logic.serve.wanted import NOTHING_OWN, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from patronage.logic.serve.context import Context
    from patronage.logic.serve.filters import Filters
    from patronage.logic.serve.ladder import Placed
    from patronage.logic.serve.packing import Candidate
    from patronage.logic.serve.rights import Rights
    from patronage.logic.serve.shelf import Shelf
    from patronage.logic.serve.wanted import Found, Own

NOTHING = Wanted()


class Visit:
    """A request for recommendations.

    Parameters
    ----------
    rights : Rights
        Whom it is for, and what may be used of them.
    context : Context
        What is known of the visit; the category that is asked for counts as one that is being viewed.
    filters : Filters
        What the request leaves out.
    recommend_bought : bool
        The shop's setting.
    """

    def __init__(self, rights: Rights, context: Context, filters: Filters, recommend_bought: bool) -> None:
        self.rights = rights
        self._user = rights.user_id if rights.is_personal else ""
        if filters.category and not context.category:
            context = context._replace(category=filters.category)
        self._context = context
        self._filters = filters
        self._recommend_bought = recommend_bought
        self._seen = newest(context.session)

    def first(self, shelf: Shelf, found: Found, now: datetime) -> Wanted:
        """Want what the request itself names."""
        users = (self._user,) if self._user else ()
        customers = users if shelf.segments and shelf.standing.rules.names_segments else ()
        groups = [(POPULAR, group) for _, group in self._context.groups()]
        return Wanted(users, self.rights.sessions, customers, groups)

    def second(self, shelf: Shelf, found: Found, now: datetime) -> Wanted:
        """Want what goes with the products of the sessions, and the segment of who has no own list."""
        stored = [found.sessions[key].interest(now) for key in self.rights.sessions if key in found.sessions]
        self._seen = newest([*chain.from_iterable(stored), *self._context.session])
        beside = [("similar", product_id) for product_id in self._seen]
        is_unlisted = self._user and self._user not in found.users
        is_asked = self._user in found.segments or not shelf.segments or self._context.segment
        return Wanted(customers=(self._user,) if is_unlisted and not is_asked else (), lists=beside)

    def third(self, shelf: Shelf, found: Found, now: datetime) -> Wanted:
        """Want what is popular in the segment of who has no own list."""
        segment = found.segments.get(self._user, "") if self._user else ""
        if not segment or self._context.segment:
            return NOTHING
        self._context = self._context._replace(segment=segment)
        if self._user in found.users:
            return NOTHING
        return Wanted(lists=[(POPULAR, f"segment={segment}")])

    def placed(self, shelf: Shelf, found: Found, k: int, now: datetime) -> list[Placed]:
        """Return the products of the answer: eligible, ranked, and with the places that rules give away."""
        own = found.users.get(self._user, NOTHING_OWN) if self._user else NOTHING_OWN
        hidden = self._hidden(shelf, found, own)
        standing = shelf.standing
        given = given_places(shelf, k, self._context, standing.eligible(self._filters, hidden))
        hidden.update(each.candidate.product_id for each in given.values())
        ranked = climb_down(
            reach(k, standing.factors),
            self._rungs(shelf, found, own, max(k, DEPTH)),
            is_eligible=standing.eligible(self._filters, hidden),
            buried=standing.buried,
        )
        return arrange(boosted(ranked, standing.factors), given, k)

    def _rungs(self, shelf: Shelf, found: Found, own: Own, depth: int) -> Iterator[Placed]:
        beside = (found.lists.get(("similar", each), ()) for each in self._seen)
        session = like_the_visit(beside, depth)
        filling: list[Candidate] = []
        personal = _without_filling(own.candidates, filling)
        yield from merged(personal, session) if session else on_rung(USER, personal)
        for rung, group in self._context.groups():
            yield from on_rung(rung, found.lists.get((POPULAR, group), ()))
        yield from on_rung(POPULAR, filling)
        yield from on_rung(POPULAR, shelf.popular)
        yield from whole_catalogue(shelf)

    def _hidden(self, shelf: Shelf, found: Found, own: Own) -> set[str]:
        """Return what must not come: what was just seen, or bought and is not used up."""
        hide_bought = shelf.standing.rules.hide_bought
        if self._recommend_bought if hide_bought is None else not hide_bought:
            return set(self._seen)
        bought = {shelf.order[place] for place in unpack_bought(own.bought)}
        for key in self.rights.sessions:
            if key in found.sessions:
                bought |= found.sessions[key].bought()
        return {*(bought - shelf.standing.consumable), *self._seen}


def _without_filling(own: Iterable[Candidate], filling: list[Candidate]) -> Iterator[Candidate]:
    """Return what a method found for the customer; what fills the list comes into `filling` on the way."""
    for each in own:
        if each.kind == kinds.POPULAR:
            filling.append(each)
        else:
            yield each
