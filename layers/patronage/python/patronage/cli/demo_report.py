"""What the demo shows at its end, beside the report and the segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from patronage.cli.outputs import console, print_rows

if TYPE_CHECKING:
    from patronage.cloud import Api


def print_recommendations(answer: dict[str, Any]) -> None:
    """Print one customer's recommendations with their reasons."""
    rows = [
        (str(rank), item["product_id"], item["name"], item["reason"]["text"])
        for rank, item in enumerate(answer["items"], start=1)
    ]
    model = answer["model"]
    title = f"For customer {answer['user_id']}, by {model['name']} {model['version']}"
    print_rows(title, ("", "Product", "Name", "Reason"), rows)


def print_access(api: Api, customer: str, product: str) -> None:
    """Print how to call the API from another terminal, and what answers."""
    _say("\nCall it from another terminal:")
    _say(f"  export API={api.url}/api/v1")
    _say(f"  export KEY={api.key}")
    _say(f"  export TOKEN={api.token}")
    for told, command in _calls(customer, product):
        _say(f"  # {told}")
        _say(f"  {command}")


def _calls(customer: str, product: str) -> list[tuple[str, str]]:
    keyed, signed_in = 'curl -H "x-api-key: $KEY"', 'curl -H "Authorization: $TOKEN"'
    return [
        ("open to everyone: up", 'curl "$API/health"'),
        (
            "what to show this customer, 403 without the key",
            f'{keyed} "$API/recommendations/{_path(customer)}"',
        ),
        ("what is popular, for anyone not known", f'{keyed} "$API/recommendations?user_id=nobody&k=3"'),
        ("what is bought with this product", f'{keyed} "$API/products/{_path(product)}/similar"'),
        ("the segments, 401 without the token, which is valid for an hour", f'{signed_in} "$API/segments"'),
    ]


def _path(text: str) -> str:
    return quote(text, safe="")


def _say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
