"""`patronage retrain`: start a run of a deployed stack now, whatever the rules say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.lines import console, say
from patronage.cli.progress import Stages
from patronage.cloud import Cloud, explained, open_stack, running, start_run, wait_for_runs
from patronage.errors import BadInput, Conflict
from patronage.logic.monitor.machines import MACHINE_OF

if TYPE_CHECKING:
    from patronage.cloud import Stack

_LONGEST_SECONDS = 6 * 3600


def retrain(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="segments, recommendations or monitoring.")],
    stack: Annotated[str, typer.Option("--stack", help="Name of the deployed stack.")],
    wait: Annotated[
        bool, typer.Option("--wait", help="Follow the run to its end, one that is going already too.")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", help="Day, such as 2026-01-31, at whose end a run of segments stops reading."
        ),
    ] = None,
) -> None:
    """Start a run now. Never two of one kind at once: where one is going, no other is started.

    The gate decides, as always, whether what comes of it is published.

    Example: `patronage retrain recommendations --stack Patronage --wait`
    """
    if what not in MACHINE_OF:
        raise BadInput(f"{what} is none of {', '.join(MACHINE_OF)}")
    if as_of is not None and what != "segments":
        raise BadInput(f"--as-of is for segments, not for {what}; leave it out")
    with explained():
        opened = open_stack(Cloud(), stack)
        execution = _execution(opened, what, as_of, wait=wait)
        if wait:
            _follow(opened, what, execution)


def _execution(stack: Stack, what: str, as_of: str | None, *, wait: bool) -> str:
    """Return the run that is going, or the one that was started."""
    machine = MACHINE_OF[what]
    for going in running(stack, machine):
        since = going["startDate"].astimezone(UTC)
        said = f"run {going['name']} of {what} is going since {since:%Y-%m-%d %H:%M} UTC"
        if not wait:
            raise Conflict(f"{said}; no other was started. Follow it with --wait")
        say(said)
        return str(going["executionArn"])
    run_id = f"{datetime.now(UTC):on-demand-%Y%m%dT%H%M%SZ}-{what}"
    asked = {"trigger": "on_demand"} | ({"as_of": as_of} if as_of else {})
    started = start_run(stack, machine, run_id, asked)
    say(f"started run {run_id} of {what}")
    return started


def _follow(stack: Stack, what: str, execution: str) -> None:
    with Stages(console).stage(f"Wait for the run of {what}") as stage:
        ended = wait_for_runs(
            stack, {MACHINE_OF[what]: execution}, on_state=stage.update, timeout_s=_LONGEST_SECONDS
        )
    say(_outcome(ended[MACHINE_OF[what]]))


def _outcome(output: dict[str, Any]) -> str:
    """Return what came of a run, from the output of its machine.

    Raises
    ------
    Conflict
        Another run was first.
    """
    pin = output.get("pin", {})
    if pin.get("engine") == "busy":
        raise Conflict(f"nothing was done: {pin['reason']}")
    told = output.get("gate") or output.get("decide")
    if told is None:
        return f"nothing to do: {pin.get('reason') or 'there is no sale of a product'}"
    return f"{'published' if told['publish'] else 'not published'}: {told['reason']}"
