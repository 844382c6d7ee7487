"""`patronage publish-dashboard`: put the built dashboard where a deployed stack serves it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from patronage.cli.lines import say
from patronage.cloud import SITE, Cloud, explained, open_stack, publish_site


def publish_dashboard(
    stack: Annotated[str, typer.Option("--stack", help="Name of the deployed stack.")] = "Patronage",
    folder: Annotated[Path, typer.Option("--from", help="What `make dashboard` built.")] = SITE,
) -> None:
    """Upload the dashboard with what its page must know of the stack, and print its address.

    `make deploy` does it; by itself it takes a new build to a stack that is up to date, or goes back to an
    earlier one. It asks AWS with your own credentials, or the local cloud that AWS_ENDPOINT_URL names, as
    `patronage demo` prints it.

    Example: `patronage publish-dashboard --stack Patronage`
    """
    with explained():
        cloud = Cloud(os.environ.get("AWS_ENDPOINT_URL") or None)
        say(publish_site(open_stack(cloud, stack), folder))
