"""`patronage similar`: what goes with a product."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from patronage.cli.answers import JsonOption, TopKOption, print_answer
from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.local.runs import run_of
from patronage.steps import lookup
from patronage.steps.run_reader import RunReader


def similar(
    product_id: Annotated[
        str, typer.Option("--product-id", "--product_id", help="The shop's id of the product.")
    ],
    top_k: TopKOption = 10,
    together: Annotated[
        bool, typer.Option("--together", help="What stands in the same baskets instead.")
    ] = False,
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the products most like one, from the live or newest run: bought by the same customers, else alike.

    Example: `patronage similar --product-id 85123A --top-k 5`
    """
    opened = open_lake(lake, stack)
    reader = RunReader(opened.lake.store, run_of(opened, "recommendations"))
    kind = "together" if together else "similar"
    answer = lookup.similar(reader, product_id, top_k, kind=kind, now=datetime.now(UTC))
    print_answer(f"With product {product_id}", answer, as_json=as_json)
