"""What the demo shows at its end, beside the report and the segments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from patronage.cli.lines import say
from patronage.cli.outputs import print_rows
from patronage.cloud import is_checkout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.cloud import Api, Stack, User
    from patronage.steps.simulate import Simulated


def print_recommendations(answer: dict[str, Any]) -> None:
    """Print one customer's recommendations with their reasons."""
    rows = [
        (str(rank), item["product_id"], item["name"], item["reason"]["text"])
        for rank, item in enumerate(answer["items"], start=1)
    ]
    model = answer["model"]
    title = f"For customer {answer['user_id']}, by {model['name']} {model['version']}"
    print_rows(title, ("", "Product", "Name", "Reason"), rows)


def print_simulated(simulated: Simulated) -> None:
    """Print what was made up, so that nobody takes it for what visitors did."""
    told = simulated.told
    say(
        f"\nSimulated from the orders since {told.begins:%Y-%m-%d}: {told.visits:,} visits of "
        f"{sum(told.events.values()):,} events, with {told.events['impression']:,} impressions and "
        f"{told.events['click']:,} clicks. "
        "They are marked so in the data, in the API's answers and on each panel that uses them; orders and "
        "money are real."
    )


def print_access(api: Api, customer: str, product: str) -> None:
    """Print how to call the API from another terminal, and what answers."""
    say("\nCall it from another terminal:")
    say(f"  export API={api.url}/api/v1")
    say(f"  export KEY={api.key} BROWSER_KEY={api.browser_key}")
    say(f"  export VISITOR={api.visitor_token(user_id=customer)}")
    say(f"  export TOKEN={api.token}")
    for told, command in _calls(customer, product):
        say(f"  # {told}")
        say(f"  {command}")


def print_command_line(stack: Stack) -> None:
    """Print how `patronage` reaches the stack from another terminal."""
    say("\nAsk it by command line from another terminal:")
    say(f"  export {' '.join(f'{name}={value}' for name, value in stack.cloud.environment.items())}")
    program = ".venv/bin/patronage" if is_checkout() else "patronage"
    say(f"  {program} status --stack {stack.name}")


def print_dashboard(page: str, users: Mapping[str, User]) -> None:
    """Print where the dashboard is, and who may sign in to it until the demo ends."""
    say("\nOpen the dashboard:")
    say(f"  {page}")
    for group, user in users.items():
        say(f"  sign in as {group}: {user.email}  {user.password}")


def _calls(customer: str, product: str) -> list[tuple[str, str]]:
    keyed, signed_in = 'curl -H "x-api-key: $KEY"', 'curl -H "Authorization: $TOKEN"'
    browser = 'curl -H "x-api-key: $BROWSER_KEY"'
    seen = json.dumps({"event_type": "view", "session_id": "s1", "product_id": product})
    return [
        ("open to everyone: up; the documentation is a page at $API/docs", 'curl "$API/health"'),
        (
            "what to show this customer, 403 without the key",
            f'{keyed} "$API/recommendations/{_path(customer)}"',
        ),
        (
            "the same from the customer's browser, which proves itself",
            f'{browser} -H "x-visitor-token: $VISITOR" "$API/recommendations?k=3&max_price=5.00"',
        ),
        ("a stranger looks at a product …", f"{browser} -d '{seen}' \"$API/events\""),
        ("… and is shown what goes with it", f'{browser} "$API/recommendations?session_id=s1&k=3"'),
        ("what stands in the same baskets", f'{keyed} "$API/products/{_path(product)}/together"'),
        ("the segments, 401 without the token, which is valid for an hour", f'{signed_in} "$API/segments"'),
    ]


def _path(text: str) -> str:
    return quote(text, safe="")
