"""Take events from the storefront: check each, hand it to the lake's stream, shape the visitor's session."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField
from patronage.logic.api.replies import Reply
from patronage.logic.collect.events import read_event, stated_id, written
from patronage.logic.collect.session import Session
from patronage.logic.collect.shapes import posted_events
from patronage.logic.problems import MEDIA_TYPE, problem
from patronage.logic.serve.keys import OF_USER, OPEN, PROVED
from patronage.stores.sessions import sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from patronage.logic.api.callers import Caller
    from patronage.logic.collect.events import Posted
    from patronage.logic.collect.who import SessionKey
    from patronage.stores.sessions import Kept, Sessions
    from patronage.stores.stream import EventStream

_MILLISECOND = timedelta(milliseconds=1)
_USERS_LAST = (OPEN, PROVED, OF_USER)


@dataclass
class _Change:
    """What a batch does to one session."""

    events: list[Session] = field(default_factory=list)
    stitched: set[str] = field(default_factory=set)


def collect(
    body: Mapping[str, Any],
    caller: Caller,
    *,
    now: datetime,
    sessions: Sessions,
    stream: EventStream,
) -> Reply:
    """Take one event, or up to 100, each by itself.

    Parameters
    ----------
    body : mapping
        An event, or several as ``events``, in Patronage's shape, Segment's or GA4's.
    caller : Caller
        Who posts them.
    now : datetime
        The server's time.
    sessions : Sessions
        Where the visitors' sessions are kept.
    stream : EventStream
        What takes events to the lake.

    Returns
    -------
    Reply
        What became of each event. Status 202: all were accepted or are known already; 207: some were refused;
        400: all were.

    Raises
    ------
    BadField
        `events` is no list of 1 to 100.
    TryAgain
        Stream or sessions could not be written; the same body may be posted again.
    """
    posted = posted_events(body)
    read = [_read(each, shared, caller, now, len(posted) - n) for n, (each, shared) in enumerate(posted, 1)]
    good = [each for each in read if not isinstance(each, BadField)]
    kept = sessions.read(chain.from_iterable(map(_keys, good)))
    new = _new_of(good, kept)
    stream.send(chain.from_iterable(each.lines(now=now) for each in new.values() if each.is_for_the_lake))
    _shape(good, new.values(), kept, sessions, now)
    results = [
        _refused(n, each, *posted[n]) if isinstance(each, BadField) else _taken(n, each, new)
        for n, each in enumerate(read)
    ]
    return _reply(results, [each for each in read if isinstance(each, BadField)])


def _read(
    event: Any, shared: Mapping[str, Any], caller: Caller, now: datetime, behind: int
) -> Posted | BadField:
    """Read an event, or say why not; events without a time keep their order, a millisecond apart."""
    try:
        return read_event(event, shared, caller, now=now, untimed_at=now - behind * _MILLISECOND)
    except BadField as refusal:
        return refusal


def _keys(event: Posted) -> list[SessionKey]:
    stitched = event.writer.stitches
    return [event.writer.key, *(sources([stitched]) if stitched else [])]


def _new_of(good: Iterable[Posted], kept: Mapping[SessionKey, Kept]) -> dict[tuple[SessionKey, str], Posted]:
    """Return the events that their sessions do not know, each once, by session and id."""
    new: dict[tuple[SessionKey, str], Posted] = {}
    for event in good:
        if not _is_known(event, kept):
            new.setdefault((event.writer.key, event.stored_id), event)
    return new


def _is_known(event: Posted, kept: Mapping[SessionKey, Kept]) -> bool:
    """Say whether the writer's session knows an event, or a visit of before the login that becomes theirs.

    What moved to a user brought its ids along. An open session that moved before is anybody's again.
    """
    own = kept[event.writer.key].session
    if own.knows(event.stored_id):
        return True
    stitched = event.writer.stitches
    for key in sources([stitched]) if stitched else ():
        before = kept[key].session
        is_theirs = before.may_be_of(event.writer.key.id) if key.kind == PROVED else not before.owner
        earlier_id = event.stored_id_under(key)
        if own.knows(earlier_id) or (is_theirs and before.knows(earlier_id)):
            return True
    return False


def _shape(
    good: Iterable[Posted],
    new: Iterable[Posted],
    kept: dict[SessionKey, Kept],
    sessions: Sessions,
    now: datetime,
) -> None:
    """Write each session once; an event that is known may still stitch, where that failed before."""
    changes: dict[SessionKey, _Change] = defaultdict(_Change)
    for event in good:
        changes[event.writer.key].stitched |= {event.writer.stitches} - {""}
    for event in new:
        seen = Session.of_event(event.stored_id, event.event_type, event.occurred_at, event.products)
        changes[event.writer.key].events.append(seen)
    for key in sorted(changes, key=lambda each: _USERS_LAST.index(each.kind)):
        change = changes[key]
        sessions.add(key, change.events, stitched=sorted(change.stitched), kept=kept, now=now)


def _taken(number: int, event: Posted, new: Mapping[tuple[SessionKey, str], Posted]) -> dict[str, Any]:
    is_new = new.get((event.writer.key, event.stored_id)) is event
    result: dict[str, Any] = {
        "index": number,
        "event_id": event.event_id,
        "status": "accepted" if is_new else "repeated",
        "stored": "lake" if event.is_for_the_lake else "session",
    }
    if event.is_clamped:
        result |= {"occurred_at": written(event.occurred_at), "clamped": True}
    return result | ({"ignored": list(event.ignored)} if event.ignored else {})


def _refused(number: int, refusal: BadField, event: Any, shared: Mapping[str, Any]) -> dict[str, Any]:
    said = {"field": refusal.field, "rule": refusal.rule, "detail": str(refusal)}
    return {
        "index": number,
        "event_id": stated_id(event, shared),
        "status": "refused",
        "stored": None,
        "problem": said,
    }


def _reply(results: Sequence[Mapping[str, Any]], refusals: Sequence[BadField]) -> Reply:
    count = [each["status"] for each in results].count
    body = {
        "accepted": count("accepted"),
        "refused": len(refusals),
        "repeated": count("repeated"),
        "results": results,
    }
    if len(refusals) < len(results):
        return Reply(body, status=207 if refusals else 202)
    first = refusals[0]
    about = problem(400, "Bad request", _all_refused(refusals), field=first.field, rule=first.rule)
    return Reply(about | body, status=400, headers={"Content-Type": MEDIA_TYPE})


def _all_refused(refusals: Sequence[BadField]) -> str:
    if len(refusals) == 1:
        return str(refusals[0])
    return f"all {len(refusals)} events were refused, as results say; the first: {refusals[0]}"
