"""`patronage recommend`: one customer's recommendations."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.outputs import console, print_rows
from patronage.cli.runs import run_of
from patronage.steps.lookup import recommend_from_run


def recommend(
    user_id: Annotated[str, typer.Option("--user-id", "--user_id", help="The shop's id of the customer.")],
    top_k: Annotated[int, typer.Option("--top-k", "--top_k", min=1, max=50, help="How many products.")] = 10,
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer of the API instead.")] = False,
) -> None:
    """Recommend products to a customer, from the live or newest run; an unknown one gets what is popular.

    Example: `patronage recommend --user-id 13085 --top-k 10`
    """
    opened = open_lake(lake, stack)
    store = opened.lake.store
    run_id = run_of(opened, "recommendations")
    answer = recommend_from_run(store, run_id, user_id, top_k)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    rows = [
        (str(rank), item["product_id"], item["name"], item["rung"], item["reason"]["text"])
        for rank, item in enumerate(answer["items"], start=1)
    ]
    print_rows(f"For customer {user_id}", ("", "Product", "Name", "Rung", "Reason"), rows)
    model = answer["model"]
    console.print(f"{model['name']} {model['version']}, as of {answer['as_of']}")
