"""Who asks: the plan of an API key, a visitor token, a signed-in user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.errors import Forbidden, Unproved
from patronage.logic.api.route import ADMIN, OPEN, SERVER, VIEWER
from patronage.logic.serve.tokens import read_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BROWSER = "browser"
"""The other plan of keys is `SERVER`, which is what some routes need."""
TOKEN_HEADER = "x-visitor-token"  # noqa: S105 - the header's name
KEY_HEADER = "x-api-key"


class Caller(NamedTuple):
    """Who asks.

    Parameters
    ----------
    plan : str
        Usage plan of the API key: `SERVER`, `BROWSER`, or "" without a key.
    user_id, session_id : str
        What the visitor token proves; "" for nothing.
    groups : frozenset of str
        Groups of the signed-in user; an admin is a viewer too.
    name : str
        The signed-in user's opaque id; "" for nobody.
    """

    plan: str = ""
    user_id: str = ""
    session_id: str = ""
    groups: frozenset[str] = frozenset()
    name: str = ""


class ServerKey(NamedTuple):
    """How a request with the key of the server plan is known.

    API Gateway names the key's id; where it does not, the header holds the key itself.
    """

    key_id: str
    value: str = ""

    def is_shown(self, event: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        """Say whether a request shows it."""
        identity = (event.get("requestContext") or {}).get("identity") or {}
        if shown := identity.get("apiKeyId"):
            return bool(self.key_id) and shown == self.key_id
        return bool(self.value) and headers.get(KEY_HEADER) == self.value


def caller_of(
    event: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    server_key: ServerKey,
    secret: Callable[[], bytes],
    now: float,
) -> Caller:
    """Read who asks from a proxy event.

    Parameters
    ----------
    headers : mapping
        The request's headers, names in small letters.
    secret : callable
        Returns the secret of the visitor tokens; asked only where a token is shown.
    now : float
        Seconds since 1970.

    Raises
    ------
    Unproved
        The visitor token is expired or forged.
    """
    plan = ""
    if headers.get(KEY_HEADER):
        plan = SERVER if server_key.is_shown(event, headers) else BROWSER
    groups, name = _signed_in(event)
    token = headers.get(TOKEN_HEADER)
    if token is None:
        return Caller(plan, groups=groups, name=name)
    visitor = read_token(token, secret(), now=now)
    return Caller(plan, visitor.user_id, visitor.session_id, groups, name)


def check_access(caller: Caller, access: str) -> None:
    """Refuse a caller who may not ask a route.

    Parameters
    ----------
    access : str
        As the table of routes names it.
    """
    if access == OPEN:
        return
    if access in {VIEWER, ADMIN}:
        if not caller.name:
            raise Unproved("nobody is signed in; send the ID token of a signed-in user as Authorization")
        if access not in caller.groups:
            raise Forbidden(
                f"this needs the group {access}; ask an administrator of the user pool to add the user to it"
            )
    elif not caller.plan:
        raise Forbidden("an API key is needed; send it as x-api-key")
    elif access == SERVER and caller.plan != SERVER:
        raise Forbidden("this needs a key of the server plan, which never goes to a browser")


def _signed_in(event: Mapping[str, Any]) -> tuple[frozenset[str], str]:
    """Return groups and id; AWS writes ``viewer,admin``, the local cloud ``[viewer, admin]``."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    written = claims.get("cognito:groups") or ""
    names = written if isinstance(written, list) else str(written).strip("[]").replace(",", " ").split()
    groups = frozenset(name.strip("'\"") for name in names)
    if ADMIN in groups:
        groups |= {VIEWER}
    return groups, str(claims.get("sub") or "")
