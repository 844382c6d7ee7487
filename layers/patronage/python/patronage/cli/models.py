"""`patronage models`: the versions of models, what went live and why, and the way back."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.lines import console, print_json, say
from patronage.cli.models_output import print_diff, print_version, print_versions
from patronage.cli.progress import Stages
from patronage.cli.served import open_served, open_with_pointer
from patronage.cloud import Cloud, explained, open_stack, start_run, wait_for_runs
from patronage.errors import RunFailed
from patronage.local.runs import run_training
from patronage.steps.model_details import check_promotable, diff, named, show
from patronage.steps.models import roll_back, settling, versions
from patronage.stores.functions import hand_over

models_app = typer.Typer(
    help="The versions of models: list, show, diff, promote, roll back.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)
Version = Annotated[str, typer.Argument(metavar="NAME@VERSION", help="As `patronage models list` names it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


class Family(StrEnum):
    """What has generations to go back to."""

    recommendations = "recommendations"
    segments = "segments"


@models_app.command("list")
def list_versions(
    model: Annotated[str, typer.Option("--model", help="Only versions of this method.")] = "",
    every: Annotated[
        bool, typer.Option("--all", help="Those too that were only compared, or left out.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many at most.")] = 20,
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    as_json: JsonOption = False,
) -> None:
    """List versions, the newest first, and which are live or may be rolled back to.

    Example: `patronage models list --all --limit 50`
    """
    opened, live = open_with_pointer(lake, stack)
    found = versions(opened.lake.store, live, model=model, only_released=not every, limit=limit)
    _print(found, as_json=as_json, table=print_versions)


@models_app.command("show")
def show_version(
    version: Version,
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a version was made of, how good it was, and why it went live or not.

    Example: `patronage models show als@20260110T033000Z-recommendations`
    """
    opened, live = open_with_pointer(lake, stack)
    _print(show(version, opened.lake, live), as_json=as_json, table=print_version)


@models_app.command("diff")
def diff_versions(
    one: Version,
    other: Version,
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what two versions differ in: data, settings, libraries, figures, fingerprint.

    Example: `patronage models diff als@RUN1 als@RUN2`
    """
    _print(diff(one, other, open_lake(lake, stack).lake.store), as_json=as_json, table=print_diff)


@models_app.command("promote")
def promote_version(
    version: Version,
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays in the record.", show_default=False)],
    by: Annotated[str, typer.Option("--by", help="Who; by default the user of this machine.")] = "",
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
) -> None:
    """Train a recorded version again, on the data and with the settings that it had, and make it live.

    Example: `patronage models promote als@RUN --reason "the blend repeats itself"`
    """
    opened = open_lake(lake, stack)
    check_promotable(version, opened.lake)
    model, run = named(version)
    asked = {"model": model, "version": run, "reason": reason, "by": by or getpass.getuser()}
    if stack is None:
        with Stages(console).stage(f"Train {version} again") as stage:
            run_id, answer = run_training(opened, promote=asked, on_step=stage.update)
    else:
        run_id, answer = _promoted_in(stack, asked)
    say(f"{model}@{run_id} is live: {answer['reason']}")


@models_app.command("rollback")
def rollback_family(
    stack: Annotated[str, typer.Option("--stack", help="Name of the deployed stack.", show_default=False)],
    family: Annotated[Family, typer.Option("--family", help="What to roll back.")] = Family.recommendations,
    to: Annotated[str, typer.Option("--to", help="The run; by default the one that was live before.")] = "",
) -> None:
    """Make the generation that was live before the live one again; every reader has it with one write.

    Example: `patronage models rollback --stack Patronage --family segments`
    """
    with explained():
        served = open_served(stack)
        answer = roll_back(
            family.value,
            to,
            table=served.table,
            now=datetime.now(UTC),
            keep_days=served.opened.shop.keep_generation_days,
            settle=lambda of, run_id: hand_over(
                served.stack.cloud.client("lambda"),
                served.stack.output("PublishFunctionName"),
                settling(run_id, of),
            ),
        )
    lines = [f"{family.value}: run {answer['live_run']} is live again"]
    if answer["rolled_back"]:
        lines.append(f"run {answer['rolled_back']} was rolled back and is kept until {answer['kept_until']}")
    for line in lines:
        say(line)


def _promoted_in(name: str, asked: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Have the stack's training machine promote, and return the run with the gate's answer."""
    run_id = f"{datetime.now(UTC):promote-%Y%m%dT%H%M%SZ}"
    with explained(), Stages(console).stage(f"Train {asked['model']}@{asked['version']} again") as stage:
        stack = open_stack(Cloud(), name)
        executions = {"training": start_run(stack, "training", run_id, {"promote": asked})}
        output = wait_for_runs(stack, executions, on_state=stage.update, timeout_s=6 * 3600)["training"]
    if "gate" not in output:
        why = output.get("pin", {}).get("reason") or "there is no sale of a product"
        raise RunFailed(f"{asked['model']}@{asked['version']} was not promoted: {why}")
    return run_id, output["gate"]


def _print(answer: dict[str, Any], *, as_json: bool, table: Any) -> None:
    if as_json:
        print_json(answer)
    else:
        table(answer)
