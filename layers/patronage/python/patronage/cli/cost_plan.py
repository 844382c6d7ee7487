"""Print the plan for a shop of a size: a month, its runs, and the limits that it comes near."""

from __future__ import annotations

from typing import Any

from patronage.cli.cost_output import say_volumes
from patronage.cli.lines import say
from patronage.cli.outputs import print_rows

NEAR = 0.1
"""Limits of which less than this share is asked for are left out; `--json` has them all."""


def print_plan(found: dict[str, Any]) -> None:
    """Print what a month costs by part, how long runs take, and what is to be raised or met."""
    say_volumes(found)
    say(f"At the busiest hour {found['traffic']['lookups']:,.0f} lookups a second")
    say(f"Engine: {found['engine']}; {found['reason']}")
    parts = [(name.capitalize(), f"{usd:,.0f}") for name, usd in found["usd"].items()]
    print_rows(
        f"USD a month, list prices read on {found['prices_read_on']}", ("Part", "USD"), parts, numbers_from=1
    )
    stages = [
        (kind.capitalize(), stage, f"{seconds / 60:,.1f}")
        for kind, run in found["runs"].items()
        for stage, seconds in [*run["stages"].items(), ("in all", run["seconds"])]
    ]
    print_rows("A run as deployed", ("Run", "Stage", "Minutes"), stages, numbers_from=2)
    near = [
        (each["name"], f"{each['asked']:,.0f}", f"{each['most']:,.0f}", each["unit"], f"{each['share']:,.1%}")
        for each in found["limits"]
        if each["share"] >= NEAR
    ]
    print_rows(
        f"Limits, as a new account had them on {found['quotas_read_on']}",
        ("Limit", "Asked", "Most", "Of what", "Share"),
        near,
        numbers_from=1,
    )
    say(f"The first: {found['first']}")
    over = [each["name"] for each in found["limits"] if each["share"] > 1]
    say(f"To be raised or met: {', '.join(over) or 'nothing'}. How: docs/scale.md")
