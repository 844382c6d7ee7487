"""What a caller of the deployed API shows: a plan's key, a signed-in user's token, a visitor's token."""

from __future__ import annotations

import contextlib
import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patronage.logic.serve.tokens import mint_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.cloud._session import Stack

_HOST = "patronage.invalid"


def api_key(stack: Stack, plan: str = "server") -> str:
    """Return the value of the key of a plan: ``server`` or ``browser``."""
    client = stack.cloud.client("apigateway")
    key_id = stack.output(f"{plan.capitalize()}KeyId")
    return str(client.get_api_key(apiKey=key_id, includeValue=True)["value"])


def visitor_secret(stack: Stack) -> str:
    """Return what visitor tokens are signed with."""
    client = stack.cloud.client("secretsmanager")
    return str(client.get_secret_value(SecretId=stack.output("VisitorSecretArn"))["SecretString"])


@dataclass(frozen=True)
class User:
    """Someone who may sign in to the dashboard of a local cloud."""

    email: str
    password: str = field(repr=False)


def make_user(stack: Stack, *, group: str = "viewer") -> User:
    """Make a user of a group where there is none, and give them a new password.

    Parameters
    ----------
    group : str
        ``viewer`` or ``admin``; "" for a user in no group.
    """
    user = User(f"{group or 'nobody'}@{_HOST}", f"aA1!{secrets.token_urlsafe(12)}")
    client, pool = stack.cloud.client("cognito-idp"), stack.output("UserPoolId")
    attributes = {"email": user.email, "email_verified": "true"}
    with contextlib.suppress(client.exceptions.UsernameExistsException):
        client.admin_create_user(
            UserPoolId=pool,
            Username=user.email,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        )
    client.admin_set_user_password(
        UserPoolId=pool, Username=user.email, Password=user.password, Permanent=True
    )
    if group:
        _join_group(client, pool, user.email, group)
    return user


def sign_in(stack: Stack, *, group: str = "viewer") -> str:
    """Make a user as `make_user` does, sign in, and return the ID token."""
    user = make_user(stack, group=group)
    signed_in = stack.cloud.client("cognito-idp").admin_initiate_auth(
        UserPoolId=stack.output("UserPoolId"),
        ClientId=stack.output("UserPoolClientId"),
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user.email, "PASSWORD": user.password},
    )
    return str(signed_in["AuthenticationResult"]["IdToken"])


def _join_group(client: Any, pool: str, user: str, group: str) -> None:
    with contextlib.suppress(client.exceptions.GroupExistsException):
        client.create_group(UserPoolId=pool, GroupName=group)
    client.admin_add_user_to_group(UserPoolId=pool, Username=user, GroupName=group)


@dataclass(frozen=True)
class Answer:
    """What the API answered; the names of headers are in small letters."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Api:
    """The deployed API over HTTP.

    Parameters
    ----------
    url : str
        The stage's URL on the local cloud.
    key, browser_key : str
        Keys of the server plan and of the browser plan.
    token, admin_token : str
        ID tokens of a viewer and of an admin.
    secret : str
        What visitor tokens are signed with.
    """

    url: str
    key: str
    token: str
    browser_key: str = ""
    admin_token: str = ""
    secret: str = ""

    def get(self, path: str, *, with_key: bool = False, with_token: bool = False) -> Answer:
        """Ask for a path below the stage, such as `/api/v1/health`."""
        headers = {"x-api-key": self.key} if with_key else {}
        headers |= {"Authorization": self.token} if with_token else {}
        return self.ask("GET", path, headers=headers)

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        raw: bytes | None = None,
    ) -> Answer:
        """Ask with a method, with headers, and with a body of plain values or of bytes."""
        sent = dict(headers or {})
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(  # noqa: S310 - our own http URL
            f"{self.url}{path}", data=raw, headers=sent, method=method
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=30) as answer:
                return _answer(answer.status, answer)
        except urllib.error.HTTPError as exc:
            with exc:
                return _answer(exc.code, exc)

    def visitor_token(self, *, user_id: str = "", session_id: str = "", seconds: int = 3_600) -> str:
        """Mint what the shop's server would give a browser."""
        expires_at = int(time.time()) + seconds
        return mint_token(self.secret.encode(), expires_at=expires_at, user_id=user_id, session_id=session_id)


def open_api(stack: Stack) -> Api:
    """Return the API of a stack in the local cloud, with all that is needed to call it."""
    return Api(
        local_url(stack),
        api_key(stack),
        sign_in(stack),
        api_key(stack, "browser"),
        sign_in(stack, group="admin"),
        visitor_secret(stack),
    )


def local_url(stack: Stack) -> str:
    """Return where the local cloud serves the stage that the stack names by its AWS address."""
    address = urllib.parse.urlsplit(stack.output("ApiUrl"))
    api_id, stage = (address.hostname or "").split(".")[0], address.path.strip("/")
    return f"{stack.cloud.endpoint}/restapis/{api_id}/{stage}/_user_request_"


def _answer(status: int, answer: Any) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(status, _parsed(answer.read()), headers)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
