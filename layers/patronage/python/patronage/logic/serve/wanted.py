"""What an answer needs of the serving table, and what was found of it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from patronage.logic.collect.session import Session
    from patronage.logic.serve.packing import Candidate

    Key = tuple[str, str]
    Lists = dict[Key, Iterable[Candidate]]

MAX_USERS = 100
"""The most customers that one batch names."""


class Own(NamedTuple):
    """A customer's own list, and the packed places in the catalogue of what they bought."""

    candidates: Iterable[Candidate]
    bought: bytes = b""


NOTHING_OWN = Own(())


class Wanted(NamedTuple):
    """What to read in one go.

    Parameters
    ----------
    users : sequence of str
        Customers whose own lists are wanted.
    sessions : sequence of (namespace, id)
        Stored sessions.
    customers : sequence of str
        Customers whose segments are wanted.
    lists : sequence of (kind, id)
        Lists beside products (``similar``, ``together``) and of what is ``popular`` in a group.
    variants : sequence of (variant, user id)
        Customers whose lists of another model are wanted, for an arm of an experiment.
    """

    users: Sequence[str] = ()
    sessions: Sequence[Key] = ()
    customers: Sequence[str] = ()
    lists: Sequence[Key] = ()
    variants: Sequence[Key] = ()


def all_of(wanted: Sequence[Wanted]) -> Wanted:
    """Return all that is wanted, to be read together."""
    if len(wanted) == 1:
        return wanted[0]
    users, sessions, customers, lists, variants = zip(*wanted, strict=True)
    return Wanted(
        [*chain.from_iterable(users)],
        [*chain.from_iterable(sessions)],
        [*chain.from_iterable(customers)],
        [*chain.from_iterable(lists)],
        [*chain.from_iterable(variants)],
    )


class Found:
    """What was found, without what is unknown."""

    __slots__ = ("lists", "segments", "sessions", "users", "variants")

    def __init__(self) -> None:
        self.users: dict[str, Own] = {}
        self.sessions: dict[Key, Session] = {}
        self.segments: dict[str, str] = {}
        self.lists: Lists = {}
        self.variants: dict[Key, Own] = {}
