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
from patronage.logic.serve.variant_lists import lists_of
from patronage.logic.serve.wanted import NOTHING_OWN, Own, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from patronage.logic.experiments.running import Assigned
    from patronage.logic.serve.context import Context
    from patronage.logic.serve.filters import Filters
    from patronage.logic.serve.ladder import Placed
    from patronage.logic.serve.packing import Candidate
    from patronage.logic.serve.rights import Rights
    from patronage.logic.serve.shelf import Shelf
    from patronage.logic.serve.wanted import Found

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
    arm : Assigned, optional
        The part that the visitor has in an experiment; `settle` says whether that holds where it is for
        segments alone.
    """

    def __init__(
        self,
        rights: Rights,
        context: Context,
        filters: Filters,
        recommend_bought: bool,
        arm: Assigned | None = None,
    ) -> None:
        self.rights = rights
        self._arm = arm
        self._is_settled = arm is None or not arm.segments
        self._user = rights.user_id if rights.is_personal else ""
        if filters.category and not context.category:
            context = context._replace(category=filters.category)
        self._context = context
        self._filters = filters
        self._recommend_bought = recommend_bought
        self._seen = newest(context.session)
        if arm is not None and self._is_settled:
            self._take_part(arm)

    def settle(self, found: Found) -> Assigned | None:
        """Return the visitor's part, which the segment decides where that had to be read first."""
        if not self._is_settled and self._arm is not None:
            self._is_settled = True
            if found.segments.get(self._user, "") in self._arm.segments:
                self._take_part(self._arm)
            else:
                self._arm = None
        return self._arm

    def first(self, shelf: Shelf, found: Found, now: datetime) -> Wanted:
        """Want what the request itself names."""
        users = (self._user,) if self._user else ()
        asks_segment = not self._is_settled or self._on(shelf).standing.rules.names_segments
        customers = users if shelf.segments and asks_segment else ()
        groups = [(POPULAR, group) for _, group in self._context.groups()]
        variant = self._variant(shelf)
        variants = [(variant, user) for user in users] if variant else ()
        return Wanted(users, self.rights.sessions, customers, groups, variants)

    def second(self, shelf: Shelf, found: Found, now: datetime) -> Wanted:
        """Want what goes with the products of the sessions, and the segment of who has no own list."""
        self.settle(found)
        stored = [found.sessions[key].interest(now) for key in self.rights.sessions if key in found.sessions]
        self._seen = newest([*chain.from_iterable(stored), *self._context.session])
        beside = [("similar", product_id) for product_id in self._seen]
        is_unlisted = self._user and not self._is_listed(shelf, found)
        is_asked = self._user in found.segments or not shelf.segments or self._context.segment
        return Wanted(customers=(self._user,) if is_unlisted and not is_asked else (), lists=beside)

    def third(self, shelf: Shelf, found: Found, now: datetime) -> Wanted:
        """Want what is popular in the segment of who has no own list."""
        segment = found.segments.get(self._user, "") if self._user else ""
        if not segment or self._context.segment:
            return NOTHING
        self._context = self._context._replace(segment=segment)
        if self._is_listed(shelf, found):
            return NOTHING
        return Wanted(lists=[(POPULAR, f"segment={segment}")])

    def placed(self, shelf: Shelf, found: Found, k: int, now: datetime) -> list[Placed]:
        """Return the products of the answer: eligible, ranked, and with the places that rules give away."""
        shelf = self._on(shelf)
        own = self._own(shelf, found)
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

    def _take_part(self, arm: Assigned) -> None:
        """Use nothing personal where the arm shows what is popular, or nothing."""
        if not arm.is_personal:
            self.rights = self.rights._replace(is_personal=False, sessions=())
            self._user = ""

    def _on(self, shelf: Shelf) -> Shelf:
        """Return the shelf under the rules of the arm."""
        if self._arm is None or self._arm.rules is None or shelf.experiments is None:
            return shelf
        return shelf.experiments.shelf_under(self._arm, shelf)

    def _variant(self, shelf: Shelf) -> str:
        """Return the name of the lists that the arm shows instead of the live model's; "" for those."""
        return (lists_of(shelf.entry.model, self._arm.variant) or "") if self._arm else ""

    def _is_listed(self, shelf: Shelf, found: Found) -> bool:
        variant = self._variant(shelf)
        return (variant, self._user) in found.variants if variant else self._user in found.users

    def _own(self, shelf: Shelf, found: Found) -> Own:
        """Return the customer's list, of the arm's model, and what they bought."""
        own = found.users.get(self._user, NOTHING_OWN) if self._user else NOTHING_OWN
        if not self._user or not (variant := self._variant(shelf)):
            return own
        of_variant = found.variants.get((variant, self._user), NOTHING_OWN)
        return Own(of_variant.candidates, own.bought or of_variant.bought)

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
