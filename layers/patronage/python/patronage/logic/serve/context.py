"""What is known of a visit beside who it is, and the rungs of the ladder that it gives."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.serve.packing import Candidate

    Found = Mapping[tuple[str, str], list[Candidate]]

SESSION_PRODUCTS = 5
"""So many of the newest products of a visit count."""
_FADES = 0.7
"""Each product of a visit weighs so much of the next newer one."""


class Context(NamedTuple):
    """What is known of a visit.

    Parameters
    ----------
    session : tuple of str
        Products viewed or put into the basket, the newest last.
    segment : str
        Id of the customer's segment.
    category, country, device : str
        The category that is being viewed; the visitor's country and device, as the shop writes them.
    month : int
        Month of the visit in the shop's zone, 1 to 12; 0 where it does not matter.
    """

    session: tuple[str, ...] = ()
    segment: str = ""
    category: str = ""
    country: str = ""
    device: str = ""
    month: int = 0

    def wanted(self) -> list[tuple[str, str]]:
        """List what to look up, as (kind, id)."""
        newest = dict.fromkeys(reversed(self.session))
        return [
            *(("similar", product_id) for product_id in list(newest)[:SESSION_PRODUCTS]),
            *(("popular", group) for _, group in self._groups()),
        ]

    def rungs(self, found: Found) -> list[tuple[str, list[Candidate]]]:
        """Return the rungs that the context gives, best first, from what was found for `wanted`."""
        groups = [(rung, found.get(("popular", group), [])) for rung, group in self._groups()]
        return [("session", self._like_the_session(found)), *groups]

    def _groups(self) -> list[tuple[str, str]]:
        """List the rungs and groups, best first."""
        said = {"category": self.category, "country": self.country, "device": self.device}
        groups = [("segment", f"segment={self.segment}")] if self.segment else []
        groups += [("context", f"{name}={value}") for name, value in said.items() if value]
        return groups + ([("context", f"month={self.month}")] if self.month else [])

    def _like_the_session(self, found: Found) -> list[Candidate]:
        """Add up the similarities that lead from the visit's products, the newest counting most."""
        scores: dict[str, float] = defaultdict(float)
        strongest: dict[str, tuple[float, Candidate]] = {}
        weight = 1.0
        for key in self.wanted():
            if key[0] != "similar":
                break
            for each in found.get(key, ()):
                score = weight * each.score
                scores[each.product_id] += score
                if score > strongest.get(each.product_id, (0.0, each))[0]:
                    strongest[each.product_id] = (score, each)
            weight *= _FADES
        ranked = sorted(strongest, key=lambda product_id: (-scores[product_id], product_id))
        return [strongest[each][1]._replace(score=scores[each]) for each in ranked]


NOWHERE = Context()
"""Nothing is known of the visit."""
