"""Who may see what is personal, and which stored sessions a request may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from patronage.errors import Forbidden
from patronage.logic.api.route import SERVER
from patronage.logic.serve.keys import OF_USER, OPEN, PROVED

if TYPE_CHECKING:
    from patronage.logic.api.callers import Caller


class Rights(NamedTuple):
    """Whom a request is about, and what may be used to answer it.

    Parameters
    ----------
    user_id : str
        The customer; "" for nobody.
    is_personal : bool
        Whether the customer's own list, purchases and segment may be used.
    sessions : tuple of (namespace, id)
        Stored sessions that may be read, the one that counts most last.
    """

    user_id: str = ""
    is_personal: bool = False
    sessions: tuple[tuple[str, str], ...] = ()

    @property
    def visitor(self) -> str:
        """The customer, else the visit, that experiments go by; "" for neither."""
        if self.is_personal:
            return self.user_id
        return self.sessions[-1][1] if self.sessions else ""


NOBODY = Rights()


def rights_of(caller: Caller, user_id: str | None, session_id: str | None) -> Rights:
    """Decide what a caller may see.

    A key of the server plan may name anybody. Any other caller is whom the visitor token names; without one,
    a request that names a user is answered without anything personal.

    Parameters
    ----------
    user_id, session_id : str, optional
        What the request names.

    Raises
    ------
    Forbidden
        The visitor token names another user.
    """
    user, visit = user_id or "", session_id or ""
    if caller.plan == SERVER:
        of_visit = ((OPEN, visit), (PROVED, visit)) if visit else ()
        rights = named(user)
        return rights._replace(sessions=(*rights.sessions, *of_visit))
    if caller.user_id and user and user != caller.user_id:
        raise Forbidden("the visitor token names another user; ask for that one, or without a token")
    visit = visit or caller.session_id
    namespace = PROVED if visit == caller.session_id else OPEN
    sessions = (*_of_user(caller.user_id), *(((namespace, visit),) if visit else ()))
    return Rights(user or caller.user_id, bool(caller.user_id), sessions)


def named(user_id: str) -> Rights:
    """Return the rights over a customer of who may name anybody, "" for nobody, without a visit."""
    return Rights(user_id, bool(user_id), _of_user(user_id))


def _of_user(user_id: str) -> tuple[tuple[str, str], ...]:
    return ((OF_USER, user_id),) if user_id else ()
