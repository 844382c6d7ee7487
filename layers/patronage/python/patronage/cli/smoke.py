"""`patronage smoke`: call each function of a deployed stack once, and say what came."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from patronage.cli.lines import say
from patronage.cloud import Cloud, explained, open_stack, repository
from patronage.cloud import smoke as tried_parts


def smoke(
    stack: Annotated[str, typer.Option("--stack", help="Name of the deployed stack.")] = "Patronage",
) -> None:
    """Call every function of a stack once with an event that changes nothing, and print what came.

    Then it asks the API for `/health` and CloudFront for the dashboard's page. It ends with 1 where a part is
    not well. It asks AWS with your own credentials, or the local cloud that AWS_ENDPOINT_URL names, as
    `patronage demo` prints it.

    Example: `patronage smoke --stack Patronage`
    """
    with explained():
        deployed = open_stack(Cloud(os.environ.get("AWS_ENDPOINT_URL") or None), stack)
        say(f"What stack {stack} answers")
        unwell = count = 0
        for part in tried_parts(deployed, repository() / "events"):
            say(f"  {'✓' if part.is_well else '✗'} {part.name:<14}{part.seconds:>6.1f} s  {part.said}")
            unwell += not part.is_well
            count += 1
    if unwell:
        say(f"{unwell} of {count} are not well: patronage status --stack {stack}, and the function's log")
        raise typer.Exit(1)
    say(f"All {count} are well.")
