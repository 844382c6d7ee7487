"""Sessions in the serving table: read as they are now, written only upon what was read."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, NamedTuple

from patronage.errors import TryAgain
from patronage.logic.collect.session import Session
from patronage.logic.collect.who import SessionKey
from patronage.logic.serve.keys import OPEN, PROVED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

    from patronage.stores.serving import ServingTable

_TRIES = 8
_LONGEST_WAIT_SECONDS = 0.2


class Kept(NamedTuple):
    """A session as it was read; version 0 where there is none yet."""

    session: Session = Session()
    version: int = 0


_NONE = Kept()


class Sessions:
    """The sessions of all visitors.

    Parameters
    ----------
    table : ServingTable
        Where they are kept.
    sleep : callable
        Waits a number of seconds between attempts.
    """

    def __init__(self, table: ServingTable, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._table = table
        self._sleep = sleep

    def read(self, keys: Iterable[SessionKey]) -> dict[SessionKey, Kept]:
        """Read sessions, strongly consistent; those that do not exist are empty."""
        wanted = list(dict.fromkeys(keys))
        found = self._table.get_all([key.item_key for key in wanted]) if wanted else {}
        return {key: _kept(found.get(key.item_key)) for key in wanted}

    def add(
        self,
        key: SessionKey,
        events: Collection[Session],
        *,
        stitched: Collection[str] = (),
        kept: dict[SessionKey, Kept],
        now: datetime,
    ) -> None:
        """Merge events into a session in one write; also the anonymous sessions that proved to be its user's.

        Repeating it changes nothing.

        Parameters
        ----------
        events : collection of Session
            A session an event.
        stitched : collection of str
            Session ids that are the user's. What was claimed under one without proof moves to the user once;
            what was proved does so each time.
        kept : dict
            These sessions as they were read; what is written is written here as well.

        Raises
        ------
        TryAgain
            Other writes of the same session were first, again and again.
        """
        keys = [key, *sources(stitched)]
        for attempt in range(_TRIES):
            if attempt:
                self._sleep(random.uniform(0, _LONGEST_WAIT_SECONDS))  # noqa: S311 - spreads retries
                kept |= self.read(keys)
            if all(
                self._replace(each, session, kept, now) for each, session in _changed(key, keys, events, kept)
            ):
                return
        raise TryAgain("other events of this session came first, again and again; post the events again")

    def _replace(
        self, key: SessionKey, session: Session, kept: dict[SessionKey, Kept], now: datetime
    ) -> bool:
        before = kept[key].version
        item = {
            "pk": key.item_key,
            "packed": session.pack(),
            "expires_at": session.expires_at(now),
            "version": before + 1,
        }
        is_written = self._table.put_if(item, version=before)
        if is_written:
            kept[key] = Kept(session, before + 1)
        return is_written


def sources(session_ids: Iterable[str]) -> list[SessionKey]:
    """List the anonymous sessions that session ids may have."""
    return [SessionKey(kind, each) for each in session_ids for kind in (OPEN, PROVED)]


def _changed(
    key: SessionKey, keys: list[SessionKey], events: Collection[Session], kept: Mapping[SessionKey, Kept]
) -> list[tuple[SessionKey, Session]]:
    """List what is to be written, the user's session first, so that nothing is lost half-way."""
    moving = [each for each in keys[1:] if _moves(each, kept[each], key.id)]
    session = kept[key].session.merged(*events, *(kept[each].session for each in moving))
    changed = [(key, session)] if session != kept[key].session else []
    return changed + [(each, kept[each].session.given_to(key.id)) for each in moving]


def _moves(key: SessionKey, kept: Kept, user_id: str) -> bool:
    session = kept.session
    if key.kind == OPEN:
        return not session.owner  # also where it does not exist: what a stranger writes later stays there
    return kept.version > 0 and session.may_be_of(user_id) and bool(session.visits or not session.owner)


def _kept(item: Mapping[str, object] | None) -> Kept:
    if item is None:
        return _NONE
    return Kept(Session.unpack(item["packed"]), item["version"])  # type: ignore[arg-type]
