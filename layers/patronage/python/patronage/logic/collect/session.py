"""A session: what a visitor did lately, small enough for one item, the same in whatever order events come.

The hot path imports this, so it stands on the standard library alone.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

MOST_VISITS = 50
MOST_IDS = 200
INTEREST_HOURS = 24
KEEP_HOURS = 48
_VISITS_BYTES = 4_000
_BYTES_BESIDE = 20
_HOUR_MILLISECONDS = 3_600_000
_VIEW, _CLICK, _CART_ADD, _CART_REMOVE, _PURCHASE = range(2, 7)
_STAGES = {
    "view": _VIEW,
    "click": _CLICK,
    "cart_add": _CART_ADD,
    "cart_remove": _CART_REMOVE,
    "purchase": _PURCHASE,
}
"""Places events of one instant in the order of a purchase, as journeys do."""


class Visit(NamedTuple):
    """What was done to a product, at milliseconds since 1970."""

    at: int
    stage: int
    product_id: str


@dataclass(frozen=True)
class Session:
    """The newest events of a visitor.

    Any sessions merged in any order, any number of times, give the same: what is left out of a full session
    is all that is not newer than `floor`, also when it comes later.

    Parameters
    ----------
    visits : tuple of Visit
        What was done to products, in the order of time.
    ids : tuple of (int, str)
        When events happened, and short digests of their ids, in the order of time.
    floor : Visit, optional
        The newest visit that was left out.
    owner : str
        Digest of the user whose session this became; "" while it is nobody's.
    """

    visits: tuple[Visit, ...] = ()
    ids: tuple[tuple[int, str], ...] = ()
    floor: Visit | None = None
    owner: str = ""

    @classmethod
    def of_event(cls, event_id: str, event_type: str, at: datetime, products: Iterable[str]) -> Session:
        """Return the session of one event."""
        milliseconds = round(at.timestamp() * 1000)
        stage = _STAGES.get(event_type)
        visits = {Visit(milliseconds, stage, each) for each in products} if stage else set()
        return cls(ids=((milliseconds, short_digest(event_id)),)).merged(cls(visits=tuple(visits)))

    @classmethod
    def unpack(cls, packed: bytes) -> Session:
        """Read what `pack` wrote."""
        visits, ids, floor, owner = json.loads(zlib.decompress(packed))
        return cls(
            tuple(Visit(*each) for each in visits),
            tuple((at, digest) for at, digest in ids),
            Visit(*floor) if floor else None,
            owner,
        )

    def pack(self) -> bytes:
        """Write it as bytes; equal sessions give equal bytes."""
        content = [self.visits, self.ids, self.floor, self.owner]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return zlib.compress(text.encode(), 9)

    def merged(self, *others: Session) -> Session:
        """Return this session with what others hold."""
        every = (self, *others)
        floor = max((each.floor for each in every if each.floor), default=None)
        visits, floor = _newest(sorted({visit for each in every for visit in each.visits}), floor)
        ids = sorted({found for each in every for found in each.ids})[-MOST_IDS:]
        return replace(self, visits=visits, ids=tuple(ids), floor=floor)

    def given_to(self, user_id: str) -> Session:
        """Return what stays where the session became a user's: the ids, and whose it is."""
        return replace(self, visits=(), owner=short_digest(user_id))

    def may_be_of(self, user_id: str) -> bool:
        """Say whether it is nobody's, or that user's already."""
        return self.owner in {"", short_digest(user_id)}

    def knows(self, event_id: str) -> bool:
        """Say whether the event is among those that are remembered."""
        return short_digest(event_id) in {digest for _, digest in self.ids}

    def interest(self, now: datetime) -> tuple[str, ...]:
        """Return the products that were viewed, clicked or put into the basket lately, the newest last.

        What was taken out of the basket again counts only as far as it was looked at too.
        """
        since = now.timestamp() * 1000 - INTEREST_HOURS * _HOUR_MILLISECONDS
        looked: dict[str, int] = {}
        in_basket: dict[str, int] = {}
        for place, visit in enumerate(self.visits):
            if visit.at < since or visit.stage == _PURCHASE:
                continue
            if visit.stage == _CART_REMOVE:
                in_basket.pop(visit.product_id, None)
            else:
                (in_basket if visit.stage == _CART_ADD else looked)[visit.product_id] = place
        newest = {each: max(looked.get(each, -1), in_basket.get(each, -1)) for each in looked | in_basket}
        return tuple(sorted(newest, key=newest.__getitem__))

    def bought(self) -> frozenset[str]:
        """Return the products that the visitor said to have bought."""
        return frozenset(visit.product_id for visit in self.visits if visit.stage == _PURCHASE)

    def expires_at(self, now: datetime) -> int:
        """Return when it ends, in seconds since 1970; one without events ends by `now`."""
        last = self.ids[-1][0] if self.ids else round(now.timestamp() * 1000)
        return (last + KEEP_HOURS * _HOUR_MILLISECONDS) // 1000


def short_digest(text: str) -> str:
    """Return 12 characters that stand for an id: 72 bits, so that no two of a session are ever alike."""
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:9]).decode()


def _newest(visits: Sequence[Visit], floor: Visit | None) -> tuple[tuple[Visit, ...], Visit | None]:
    """Return the newest visits that there is room for, all newer than the floor, and the new floor."""
    kept: list[Visit] = []
    room = _VISITS_BYTES
    for visit in reversed(visits):
        if floor and visit <= floor:
            break
        room -= len(visit.product_id.encode()) + _BYTES_BESIDE
        if room < 0 or len(kept) == MOST_VISITS:
            return tuple(reversed(kept)), visit
        kept.append(visit)
    return tuple(reversed(kept)), floor
