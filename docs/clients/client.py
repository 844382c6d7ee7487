"""Call Patronage from a server, with the standard library alone: `python docs/clients/client.py`.

It reads from the environment PATRONAGE_API (the stage's URL with /api/v1), PATRONAGE_KEY and
PATRONAGE_VISITOR_SECRET_VALUE.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
import urllib.request
from urllib.parse import urlencode

API = os.environ["PATRONAGE_API"]
KEY = os.environ["PATRONAGE_KEY"]
SECRET = os.environ["PATRONAGE_VISITOR_SECRET_VALUE"].encode()


def visitor_token(*, user_id: str = "", session_id: str = "", seconds: int = 86_400) -> str:
    """Mint what a page shows to prove whose it is."""
    named = {"user_id": user_id, "session_id": session_id}
    claims = {"exp": int(time.time()) + seconds, **{name: value for name, value in named.items() if value}}
    signed = "v1." + base64url(json.dumps(claims).encode())
    return f"{signed}.{base64url(hmac.digest(SECRET, signed.encode(), hashlib.sha256))}"


def base64url(data: bytes) -> str:
    """Encode without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def ask(path: str, body: object = None, *, token: str = "", **query: object) -> dict:
    """Ask, and return the answer; an error of the API raises `urllib.error.HTTPError`."""
    url = f"{API}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
    headers = {"x-api-key": KEY, "Content-Type": "application/json"}
    if token:
        headers["x-visitor-token"] = token
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310 - the stage's own URL
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        return json.load(answer)


def impressions(shown: dict, **where: object) -> list[dict]:
    """Return the events that say what of an answer came into view; an experiment counts who was shown what.

    An empty answer of a control arm has one too, without a product.
    """
    said = {"event_type": "impression", "recommendation_id": shown["recommendation_id"], **where}
    if shown.get("control"):
        return [said]
    return [
        {**said, "product_id": item["product_id"], "position": place}
        for place, item in enumerate(shown["items"], start=1)
    ]


def main() -> None:
    """Tell of a view, ask what to show next, and tell that it was shown."""
    token = visitor_token(user_id="17850", session_id="s-83f1")
    popular = ask("/recommendations", k=2)["items"]
    event = {"event_type": "view", "product_id": popular[0]["product_id"], "session_id": "s-83f1"}
    print(ask("/events", event, token=token)["results"][0]["status"])
    shown = ask("/recommendations", token=token, user_id="17850", k=3, in_stock="true", placement="home")
    for item in shown["items"]:
        print(item["product_id"], item["name"], item["rung"], item["reason"]["text"], sep="  ")
    if events := impressions(shown, session_id="s-83f1", placement="home"):
        ask("/events", {"events": events}, token=token)


if __name__ == "__main__":
    main()
