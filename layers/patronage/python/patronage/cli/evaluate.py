"""`patronage evaluate`: measure the models on what customers bought or rated later."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.evaluate_output import print_ranking, print_ratings
from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.lines import aside
from patronage.cli.outputs import check_ending
from patronage.cli.progress import Stages
from patronage.errors import BadInput
from patronage.local.runs import evaluate_all, prepare_ratings, prepare_training
from patronage.logic.recommenders.candidates import CANDIDATES, HYBRID, POPULARITY
from patronage.logic.recommenders.ratings import RATING_MODELS
from patronage.steps.train.evaluate_ratings import evaluate_ratings
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Collection

    from patronage.local.lakes import OpenLake

_COLLABORATIVE = "collaborative"
_BASELINE = "baseline"


class Metric(StrEnum):
    """What to compare models by."""

    ndcg = "ndcg"
    precision = "precision"
    recall = "recall"
    map = "map"
    mrr = "mrr"
    hit_rate = "hit_rate"
    rmse = "rmse"
    mae = "mae"


class SplitName(StrEnum):
    """What is held out."""

    cutoff = "cutoff"
    last = "last"


def evaluate(
    model: Annotated[
        list[str] | None,
        typer.Option("--model", help="collaborative, content, hybrid, or a name that `--all` lists."),
    ] = None,
    metric: Annotated[
        Metric | None, typer.Option("--metric", help="rmse and mae need ratings; the others rank orders.")
    ] = None,
    all_models: Annotated[bool, typer.Option("--all", help="Every model that the data allow.")] = False,
    split: Annotated[
        SplitName,
        typer.Option("--split", help="One moment for all customers, or each customer's last purchase."),
    ] = SplitName.cutoff,
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    output: Annotated[Path | None, typer.Option("--output", help="Write the JSON to this file too.")] = None,
) -> None:
    """Train each model on a part of the data and measure it on the rest, always beside popularity.

    Rankings are measured on what customers bought after a cut-off in time, rmse and mae on random fifths of
    the ratings.

    Example: `patronage evaluate --all`, `patronage evaluate --model collaborative --metric rmse`
    """
    check_ending(output, ".json")
    opened = open_lake(lake, stack)
    if metric in {Metric.rmse, Metric.mae}:
        measured = _ratings(opened, model or [], all_models=all_models)
    else:
        measured = _ranking(opened, model or [], split, all_models=all_models or not model)
    text = json.dumps(measured, indent=2)
    if output is not None:
        output.write_text(text + "\n", encoding="utf-8")
    if as_json:
        typer.echo(text)
    elif metric in {Metric.rmse, Metric.mae}:
        print_ratings(measured, by=metric.value)
    else:
        print_ranking(measured, split, only=metric)


def _ranking(opened: OpenLake, models: list[str], split: SplitName, *, all_models: bool) -> dict[str, Any]:
    names = _named(models, {_COLLABORATIVE: "item_to_item"}, {*CANDIDATES, HYBRID})
    run_id = prepare_training(opened)
    store = opened.lake.store
    wants_blend = all_models or HYBRID in names
    only = [] if wants_blend else list(dict.fromkeys([*names, POPULARITY]))
    with Stages(aside).stage("Evaluate") as stage:
        found = evaluate_all(run_id, store, split=split.value, only=only, on_step=stage.update)
    shown = found if all_models else dict.fromkeys([*names, POPULARITY])
    measured = {name: read_json(store, f"runs/{run_id}/metrics/{name}.json") for name in shown}
    if not next(iter(measured.values()))["customers"]:
        raise BadInput("no customer bought anything new after the cut-off, so there is nothing to measure")
    return measured


def _ratings(opened: OpenLake, models: list[str], *, all_models: bool) -> dict[str, Any]:
    names = _named(models, {_COLLABORATIVE: "item_cf"}, RATING_MODELS)
    if all_models or not names:
        names = list(RATING_MODELS)
    run_id = prepare_ratings(opened)
    chosen = list(dict.fromkeys([*names, _BASELINE]))
    with Stages(aside).stage("Evaluate") as stage:
        return evaluate_ratings(run_id, chosen, opened.lake.store, on_step=stage.update)


def _named(models: list[str], also: dict[str, str], known: Collection[str]) -> list[str]:
    names = [also.get(name, name) for name in models]
    for name in names:
        if name not in known:
            listed = ", ".join([*also, *sorted(known)])
            raise BadInput(f"model {name!r} is unknown; known are {listed}")
    return names
