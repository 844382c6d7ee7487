"""`patronage evaluate`: measure the models on what customers bought later."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.outputs import console, print_rows
from patronage.cli.runs import prepare_training
from patronage.errors import BadInput
from patronage.logic.evaluation.holdout import time_ordered_holdout
from patronage.steps.train import CANDIDATES, candidate, load_interactions, measure


def evaluate(
    model: Annotated[
        list[str] | None, typer.Option("--model", help="item_to_item or popularity; by default both.")
    ] = None,
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Train each model before a cut-off in time and measure it on what customers newly bought after it.

    Example: `patronage evaluate --model item_to_item --model popularity`
    """
    models = {name: candidate(name) for name in model or CANDIDATES}
    opened = open_lake(lake, stack)
    holdout = time_ordered_holdout(load_interactions(prepare_training(opened), opened.lake.store))
    measured = {name: measure(recommender, holdout) for name, recommender in models.items()}
    if as_json:
        typer.echo(json.dumps(measured, indent=2))
        return
    customers = next(iter(measured.values()))["customers"]
    if not customers:
        raise BadInput("no customer bought anything new after the cut-off, so there is nothing to measure")
    rows = [
        (metric, *(_cell(values["metrics"][metric]) for values in measured.values()))
        for metric in next(iter(measured.values()))["metrics"]
    ]
    title = f"{customers:,} customers who bought something new from {holdout.cutoff} on"
    print_rows(title, ("Metric", *measured), rows, numbers_from=1)
    console.print("In brackets: 95 % bootstrap intervals over customers.")


def _cell(metric: dict[str, Any]) -> str:
    if "low" not in metric:
        return f"{metric['value']:.4f}"
    return f"{metric['value']:.4f} ({metric['low']:.4f} to {metric['high']:.4f})"
