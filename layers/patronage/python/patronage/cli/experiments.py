"""`patronage experiments`: define, start, stop and archive experiments of a deployed shop."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.experiment_power import power
from patronage.cli.experiment_results import results
from patronage.cli.lines import print_json, say
from patronage.cli.outputs import print_rows
from patronage.cli.served import open_served
from patronage.cloud import explained
from patronage.errors import BadInput, NotFound
from patronage.steps import experiments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

experiments_app = typer.Typer(
    help="Experiments: who gets which recommendations, and the visitors who are held out for good.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)
StackOption = Annotated[str, typer.Option("--stack", help="Name of the deployed stack.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer of the API instead.")]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The experiment's id.", show_default=False)]
_STACK = "Patronage"

experiments_app.command("power")(power)
experiments_app.command("results")(results)


@experiments_app.command("create")
def create(
    file: Annotated[Path, typer.Argument(help="The experiment as JSON; docs/experiments.md shows one.")],
    start: Annotated[bool, typer.Option("--start", help="Start it at once.")] = False,
    stack: StackOption = _STACK,
    as_json: JsonOption = False,
) -> None:
    """Keep an experiment as a draft; one of the same id that has not started is replaced.

    Example: `patronage experiments create do-they-pay.json --start`
    """
    document = _read(file) | ({"start": True} if start else {})
    _change(stack, as_json, lambda **stores: experiments.create(document, by=getpass.getuser(), **stores))


@experiments_app.command("list")
def list_experiments(stack: StackOption = _STACK, as_json: JsonOption = False) -> None:
    """List the experiments, the newest first, and the permanent holdout.

    Example: `patronage experiments list --stack Patronage`
    """
    with explained():
        shown = experiments.show(open_served(stack).table)
    if as_json:
        print_json(shown)
        return
    rows = [
        (each["experiment_id"], each["state"], _minute(each.get("started_at", "")), _arms(each), each["name"])
        for each in shown["experiments"]
    ]
    print_rows("Experiments", ("Id", "State", "Started", "Arms", "Name"), rows)
    held = shown["holdout"]
    said = f"{held['share']:.1%} of all visitors, since {_minute(held['since'])}" if held else "none"
    say(f"Permanent holdout: {said}")


@experiments_app.command("show")
def show(experiment_id: IdArgument, stack: StackOption = _STACK) -> None:
    """Print an experiment as it is kept, in JSON.

    Example: `patronage experiments show do-they-pay`
    """
    with explained():
        print_json(experiments.show_one(experiment_id, open_served(stack).table))


@experiments_app.command("start")
def start(experiment_id: IdArgument, stack: StackOption = _STACK, as_json: JsonOption = False) -> None:
    """Start a draft; lookups follow within a minute.

    Example: `patronage experiments start do-they-pay`
    """
    _change(stack, as_json, lambda **stores: experiments.start(experiment_id, **stores))


@experiments_app.command("stop")
def stop(experiment_id: IdArgument, stack: StackOption = _STACK, as_json: JsonOption = False) -> None:
    """Stop an experiment for good: its visitors get what everybody gets.

    Example: `patronage experiments stop do-they-pay`
    """
    _change(stack, as_json, lambda **stores: experiments.stop(experiment_id, **stores))


@experiments_app.command("archive")
def archive(experiment_id: IdArgument, stack: StackOption = _STACK, as_json: JsonOption = False) -> None:
    """Archive a draft or a stopped experiment: it is analysed no more.

    Example: `patronage experiments archive do-they-pay`
    """
    _change(stack, as_json, lambda **stores: experiments.archive(experiment_id, **stores))


@experiments_app.command("holdout")
def holdout(
    share: Annotated[float, typer.Argument(help="Share of all visitors, such as 0.05; 0 ends the holdout.")],
    stack: StackOption = _STACK,
) -> None:
    """Hold a share of all visitors out of recommendations for good; a greater one keeps its members.

    Example: `patronage experiments holdout 0.05`
    """
    kept = _with_stores(
        stack, lambda **stores: experiments.hold_out({"share": share}, by=getpass.getuser(), **stores)
    )
    said = f"{kept['share']:.1%} of all visitors are held out, since {_minute(kept['since'] or '')}"
    say(said if kept["share"] else "nobody is held out")


def _change(stack: str, as_json: bool, work: Callable[..., dict[str, Any]]) -> None:
    changed = _with_stores(stack, work)
    if as_json:
        print_json(changed)
        return
    said = f"experiment {changed['experiment_id']} is {_called(changed['state'])}: {_arms(changed)}"
    say(said)


def _with_stores(stack: str, work: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    served = open_served(stack)
    with explained():
        return work(table=served.table, store=served.opened.lake.store, now=datetime.now(UTC))


def _read(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as exc:
        raise NotFound(f"{file} cannot be read ({exc.strerror})") from exc
    except ValueError as exc:
        raise BadInput(f"{file} is no JSON ({exc}); docs/experiments.md shows an experiment") from exc
    if not isinstance(document, dict):
        raise BadInput(f"{file} holds no JSON object; docs/experiments.md shows an experiment")
    return document


def _arms(experiment: Mapping[str, Any]) -> str:
    return ", ".join(f"{arm['arm']} {float(arm['weight']):.0%}" for arm in experiment["arms"])


def _minute(instant: str) -> str:
    return f"{instant[:16].replace('T', ' ')} UTC" if instant else ""


def _called(state: str) -> str:
    return "a draft" if state == "draft" else state
