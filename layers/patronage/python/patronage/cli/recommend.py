"""`patronage recommend`: one customer's recommendations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from patronage.cli.answers import JsonOption, TopKOption, print_answer
from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.local.runs import run_of
from patronage.logic.serve.context import Context
from patronage.logic.serve.rights import Rights
from patronage.steps import lookup
from patronage.steps.run_reader import RunReader


def recommend(
    user_id: Annotated[str, typer.Option("--user-id", "--user_id", help="The shop's id of the customer.")],
    top_k: TopKOption = 10,
    session: Annotated[
        str, typer.Option("--session", help="Products of this visit, newest last, with commas.")
    ] = "",
    segment: Annotated[str, typer.Option("--segment", help="Id of the customer's segment.")] = "",
    category: Annotated[str, typer.Option("--category", help="The category that is being viewed.")] = "",
    country: Annotated[str, typer.Option("--country", help="The visitor's country.")] = "",
    device: Annotated[str, typer.Option("--device", help="The visitor's device, as events name it.")] = "",
    month: Annotated[int, typer.Option("--month", min=0, max=12, help="Month of the visit, 1 to 12.")] = 0,
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recommend products to a customer, from the live or newest run.

    An unknown one gets what goes with the visit, else what is popular in the segment, the category, the
    country, on the device or in the month, else in the shop.

    Example: `patronage recommend --user-id 13085 --top-k 10`
    """
    opened = open_lake(lake, stack)
    reader = RunReader(opened.lake.store, run_of(opened, "recommendations"))
    products = tuple(each.strip() for each in session.split(",") if each.strip())
    context = Context(
        session=products, segment=segment, category=category, country=country, device=device, month=month
    )
    answer = lookup.recommend(
        reader,
        Rights(user_id, is_personal=True),
        top_k,
        context=context,
        recommend_bought=reader.shop.recommend_bought,
        now=datetime.now(UTC),
    )
    print_answer(f"For customer {user_id}", answer, as_json=as_json)
