"""Who was erased: one object a person below `erasures/hashes/`, under an HMAC of the id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.erase.ids import hmac_of
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from patronage.stores.objects import ObjectStore

_HASHES = "erasures/hashes/"


def note_of(store: ObjectStore, digest: str) -> dict[str, Any]:
    """Return what is remembered: ``erasure_id``, ``asked_at``, ``rows_left_at``; else nothing."""
    try:
        return dict(read_json(store, f"{_HASHES}{digest}.json"))
    except NotFound:
        return {}


def remember(store: ObjectStore, digest: str, note: dict[str, Any]) -> None:
    """Remember an erasure."""
    write_json(store, f"{_HASHES}{digest}.json", note)


@dataclass(frozen=True)
class Erased:
    """Whom some erasures were about.

    Examples
    --------
    A run that began before an erasure had taken the rows out of the lake must not publish the person:

    >>> erased = Erased.after(store, secret, manifest.created_at)  # doctest: +SKIP
    >>> items = [item for item in items if not erased(item_id)]  # doctest: +SKIP
    """

    digests: frozenset[str]
    secret: Callable[[], bytes]

    @classmethod
    def all(cls, store: ObjectStore, secret: Callable[[], bytes]) -> Erased:
        """Take every erasure; the secret is asked for only where there is one."""
        return cls(frozenset(_digests(store)), secret)

    @classmethod
    def after(cls, store: ObjectStore, secret: Callable[[], bytes], begun: datetime) -> Erased:
        """Take the erasures whose rows were in the lake when a run began, or are yet."""
        found = (digest for digest in _digests(store) if _is_after(note_of(store, digest), begun))
        return cls(frozenset(found), secret)

    def __bool__(self) -> bool:
        return bool(self.digests)

    def __call__(self, customer_id: str) -> bool:
        """Say whether an id is one of theirs."""
        return bool(self.digests) and hmac_of(customer_id, self.secret()) in self.digests

    def count(self, customer_ids: Iterable[str]) -> int:
        """Count the ids that are theirs."""
        return sum(map(self, customer_ids))


def _digests(store: ObjectStore) -> list[str]:
    return [key.removeprefix(_HASHES).removesuffix(".json") for key in store.keys(_HASHES)]


def _is_after(note: dict[str, Any], begun: datetime) -> bool:
    left = note.get("rows_left_at")
    return left is None or datetime.fromisoformat(left) > begun
