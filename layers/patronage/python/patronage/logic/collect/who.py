"""Who wrote an event: what the key and the visitor token prove, and which session it shapes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from patronage.errors import BadField
from patronage.logic.api.route import SERVER
from patronage.logic.serve.keys import OF_USER, OPEN, PROVED, item_key

if TYPE_CHECKING:
    from patronage.logic.api.callers import Caller


class SessionKey(NamedTuple):
    """Where a session is kept: below the user, or below a session id, proved or merely claimed."""

    kind: str
    id: str

    @property
    def item_key(self) -> str:
        """Its key in the serving table."""
        return item_key("session", self.kind, self.id)


class Writer(NamedTuple):
    """Who wrote an event.

    Parameters
    ----------
    customer_id, session_id : str
        What the event is written down under; "" for none. A session id beside a customer id is proved to be
        theirs.
    key : SessionKey
        The session that it shapes.
    is_server : bool
        Whether the shop's own server sent it.
    """

    customer_id: str
    session_id: str
    key: SessionKey
    is_server: bool

    @property
    def stitches(self) -> str:
        """The session id whose anonymous sessions are the user's; "" for none."""
        return self.session_id if self.key.kind == OF_USER else ""


def writer_of(caller: Caller, customer_id: str, session_id: str) -> Writer:
    """Say who wrote an event that names these ids ("" for none).

    Raises
    ------
    BadField
        It names a user whom nothing proves, or nobody at all.
    """
    is_server = caller.plan == SERVER
    if not is_server and customer_id not in {"", caller.user_id}:
        raise BadField(
            "the event names a user whom no visitor token proves; send that user's token as x-visitor-token",
            field="customer_id",
            rule="token",
        )
    user_id = customer_id or caller.user_id
    session_id = session_id or caller.session_id
    if user_id:
        # An unproved session id beside a user would make a stranger's visit that user's.
        is_proved = is_server or session_id == caller.session_id
        return Writer(user_id, session_id if is_proved else "", SessionKey(OF_USER, user_id), is_server)
    if not session_id:
        raise BadField(
            "the event names no session_id, and no visitor token says whose it is; send either",
            field="session_id",
            rule="required",
        )
    kind = PROVED if is_server or session_id == caller.session_id else OPEN
    return Writer("", session_id, SessionKey(kind, session_id), is_server)


def scoped_id(key: SessionKey, event_id: str, *, is_server: bool) -> str:
    """Return the id under which an event of a session is written down.

    The shop's server chooses it. A browser's stands for its own session alone: whoever holds the public key
    cannot take an id in advance that another's event will have.
    """
    return event_id if is_server else f"browser-{digest([*key, event_id])}"


def digest(content: object) -> str:
    """Return 32 hex digits that stand for plain values."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
