"""What a caller of the deployed API shows: the server plan's key, a signed-in user's token."""

from __future__ import annotations

import contextlib
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patronage.cloud._session import Stack

_USER = "demo@patronage.invalid"
_GROUP = "viewer"


def api_key(stack: Stack) -> str:
    """Return the value of the key of the server plan."""
    client = stack.cloud.client("apigateway")
    return str(client.get_api_key(apiKey=stack.output("ApiKeyId"), includeValue=True)["value"])


def sign_in(stack: Stack, *, user: str = _USER) -> str:
    """Make a user of the viewer group where there is none, sign in, and return the token."""
    client, pool = stack.cloud.client("cognito-idp"), stack.output("UserPoolId")
    password = f"aA1!{secrets.token_urlsafe(18)}"
    with contextlib.suppress(client.exceptions.UsernameExistsException):
        client.admin_create_user(
            UserPoolId=pool,
            Username=user,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": user}, {"Name": "email_verified", "Value": "true"}],
        )
    client.admin_set_user_password(UserPoolId=pool, Username=user, Password=password, Permanent=True)
    _join_group(client, pool, user)
    signed_in = client.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=stack.output("UserPoolClientId"),
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": password},
    )
    return str(signed_in["AuthenticationResult"]["IdToken"])


def _join_group(client: Any, pool: str, user: str) -> None:
    with contextlib.suppress(client.exceptions.GroupExistsException):
        client.create_group(UserPoolId=pool, GroupName=_GROUP)
    client.admin_add_user_to_group(UserPoolId=pool, Username=user, GroupName=_GROUP)


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    status: int
    body: Any


@dataclass(frozen=True)
class Api:
    """The deployed API over HTTP.

    Parameters
    ----------
    url : str
        The stage's URL on the local cloud.
    key, token : str
        Shown where a request asks for them.
    """

    url: str
    key: str
    token: str

    def get(self, path: str, *, with_key: bool = False, with_token: bool = False) -> Answer:
        """Ask for a path below the stage, such as `/api/v1/health`."""
        headers = {"x-api-key": self.key} if with_key else {}
        headers |= {"Authorization": self.token} if with_token else {}
        request = urllib.request.Request(f"{self.url}{path}", headers=headers)  # noqa: S310 - our own http URL
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=30) as answer:
                return Answer(answer.status, _parsed(answer.read()))
        except urllib.error.HTTPError as exc:
            with exc:
                return Answer(exc.code, _parsed(exc.read()))


def open_api(stack: Stack) -> Api:
    """Return the API of a stack in the local cloud, with a key and a token to call it."""
    return Api(local_url(stack), api_key(stack), sign_in(stack))


def local_url(stack: Stack) -> str:
    """Return where the local cloud serves the stage that the stack names by its AWS address."""
    address = urllib.parse.urlsplit(stack.output("ApiUrl"))
    api_id, stage = (address.hostname or "").split(".")[0], address.path.strip("/")
    return f"{stack.cloud.endpoint}/restapis/{api_id}/{stage}/_user_request_"


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
