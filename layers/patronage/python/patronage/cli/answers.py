"""Print an answer of products as the API gives it, or as a table."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from patronage.cli.lines import console, print_json
from patronage.cli.outputs import print_rows

TopKOption = Annotated[int, typer.Option("--top-k", "--top_k", min=1, max=50, help="How many products.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer of the API instead.")]


def print_answer(title: str, answer: dict[str, Any], *, as_json: bool) -> None:
    """Print the products in their order, each with its rung and reason, and the model they come from."""
    if as_json:
        print_json(answer)
        return
    rows = [
        (str(rank), item["product_id"], item["name"], item["rung"], item["reason"]["text"])
        for rank, item in enumerate(answer["items"], start=1)
    ]
    print_rows(title, ("", "Product", "Name", "Rung", "Reason"), rows)
    model = answer["model"]
    console.print(f"{model['name']} {model['version']}, as of {answer['as_of']}")
