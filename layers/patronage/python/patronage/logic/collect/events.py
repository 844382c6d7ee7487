"""One posted event, read and checked: what the lake will hold, and what the session is shaped by."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.errors import BadField
from patronage.logic.collect.shapes import ignored_fields, own_fields
from patronage.logic.collect.values import (
    currency_of,
    id_of,
    instant_of,
    number_of,
    position_of,
    text_of,
)
from patronage.logic.collect.who import digest, scoped_id, writer_of
from patronage.logic.ingest.event_words import EVENT_WORDS
from patronage.logic.shown import shown
from patronage.logic.tables import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.api.callers import Caller
    from patronage.logic.collect.shapes import Fields
    from patronage.logic.collect.who import SessionKey, Writer

MOST_OFF = timedelta(hours=24)
"""So far may the time of an event be from the server's."""
_NEEDS = {"cart_add": "product_id", "cart_remove": "product_id", "search": "query"}
_READERS = {
    "product_id": id_of,
    "quantity": number_of,
    "unit_price": number_of,
    "currency": currency_of,
    "order_id": id_of,
    "query": text_of,
    "category": text_of,
    "device": text_of,
    "country": text_of,
    "channel": text_of,
    "recommendation_id": id_of,
    "placement": text_of,
    "position": position_of,
}
_LATER = frozenset({"recommendation_id", "placement", "position"})
"""Fields that came late: ids that are made of the content stay what they were where these are not given."""
LINE_FIELDS = (
    "event_id",
    "event_type",
    "customer_id",
    "session_id",
    "occurred_at",
    *_READERS,
    "collected_at",
)
"""What a line of JSON holds; the dialect `collected-events` reads it."""


class Posted(NamedTuple):
    """An event that keeps the rules.

    Parameters
    ----------
    event_id : str
        As it was sent, or made of the content.
    stored_id : str
        As it is written down.
    rows : sequence of mapping
        Columns of the lake, once for each product.
    is_clamped : bool
        Whether the time that it stated was too far from the server's.
    ignored : sequence of str
        Fields that mean nothing.
    """

    event_id: str
    stored_id: str
    event_type: str
    writer: Writer
    occurred_at: datetime
    rows: Sequence[Mapping[str, str]]
    is_clamped: bool
    ignored: Sequence[str]

    @property
    def products(self) -> list[str]:
        """The products that it is about."""
        return [row["product_id"] for row in self.rows if row["product_id"]]

    @property
    def is_for_the_lake(self) -> bool:
        """Whether it is written down: what a browser says of a purchase shapes its session alone."""
        return self.event_type != "purchase" or self.writer.is_server

    def stored_id_under(self, key: SessionKey) -> str:
        """Return the id that it has where another of the writer's sessions took it, before the login."""
        return scoped_id(key, self.event_id, is_server=self.writer.is_server)

    def lines(self, *, now: datetime) -> list[bytes]:
        """Write its rows as lines of JSON for the lake."""
        common = {
            "event_type": self.event_type,
            "customer_id": self.writer.customer_id,
            "session_id": self.writer.session_id,
            "occurred_at": written(self.occurred_at),
            "collected_at": written(now),
        }
        rows = ({**common, **row, "event_id": self._row_id(number)} for number, row in enumerate(self.rows))
        return [_line(row) for row in rows]

    def _row_id(self, number: int) -> str:
        return digest([self.stored_id, number]) if number else self.stored_id


def read_event(
    event: Any, shared: Mapping[str, Any], caller: Caller, *, now: datetime, untimed_at: datetime
) -> Posted:
    """Read and check one posted event.

    Parameters
    ----------
    event : object
        An event in any of the shapes.
    shared : mapping
        What the body says of all of its events.
    caller : Caller
        Who posts it.
    now : datetime
        The server's time.
    untimed_at : datetime
        When it happened where it does not say.

    Raises
    ------
    BadField
        It breaks a rule.
    """
    every = own_fields(event, shared)
    fields = every[0]
    event_type = _type_of(fields)
    writer = writer_of(caller, id_of(fields, "customer_id"), id_of(fields, "session_id"))
    for name in (writer.customer_id, writer.session_id):  # of a token too
        id_of({"visitor token": name}, "visitor token")
    stated = instant_of(fields, "occurred_at")
    rows = [_row_of(each) for each in every]
    if (needed := _NEEDS.get(event_type)) and not all(row[needed] for row in rows):
        raise BadField(
            f"a {event_type} without {needed} says nothing; send it", field=needed, rule="required"
        )
    event_id = id_of(fields, "event_id") or _id_of_content(event_type, writer, stated, rows)
    occurred_at = stated or untimed_at
    clamped = min(max(occurred_at, now - MOST_OFF), now + MOST_OFF)
    return Posted(
        event_id=event_id,
        stored_id=scoped_id(writer.key, event_id, is_server=writer.is_server),
        event_type=event_type,
        writer=writer,
        occurred_at=clamped,
        rows=rows,
        is_clamped=clamped != occurred_at,
        ignored=ignored_fields(event),
    )


def stated_id(event: Any, shared: Mapping[str, Any]) -> str | None:
    """Return the id that an event states, also of one that breaks a rule; None where it states none."""
    try:
        return id_of(own_fields(event, shared)[0], "event_id") or None
    except BadField:
        return None


def written(instant: datetime) -> str:
    """Write an instant with milliseconds, always in the same form."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _type_of(fields: Fields) -> str:
    word = fields.get("event_type")
    known = EVENT_WORDS.get(word) if isinstance(word, str) else None
    if known is None:
        raise BadField(
            f"event_type={shown(word)} is none of {', '.join(EVENT_TYPES)}, nor Segment's or GA4's name",
            field="event_type",
            rule="one-of",
        )
    return known


def _row_of(fields: Fields) -> dict[str, str]:
    return {name: read(fields, name) for name, read in _READERS.items()}


def _id_of_content(
    event_type: str, writer: Writer, stated: datetime | None, rows: Sequence[Mapping[str, str]]
) -> str:
    """Return an id of what an event says; a browser's is the same before and after a login."""
    customer_id = writer.customer_id if writer.is_server else ""
    at = written(stated) if stated else None
    said = [{name: text for name, text in row.items() if text or name not in _LATER} for row in rows]
    return digest([event_type, customer_id, writer.session_id, at, said])


def _line(row: Mapping[str, str]) -> bytes:
    values = {name: row[name] or None for name in LINE_FIELDS}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
