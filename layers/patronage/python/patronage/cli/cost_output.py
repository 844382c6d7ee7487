"""Print an estimate, or what was measured, as tables with totals."""

from __future__ import annotations

from typing import Any

from patronage.cli.lines import say
from patronage.cli.outputs import print_rows
from patronage.logic.cost.estimate import by_service

MOST_IDLE_USD = 5
"""What an idle stack costs at most a month."""


def print_estimate(found: dict[str, Any]) -> None:
    """Print a month: by service, line by line, and what is billed while nobody comes."""
    say_volumes(found)
    say(f"List prices of {found['region']}, read on {found['prices_read_on']}, in USD without tax")
    header = ("Service", "For", "Units a month", "USD", "Nothing free")
    idle = [_row(each) for each in found["lines"] if each["quantity"] and each["is_idle"]]
    used = [_row(each) for each in found["lines"] if each["quantity"] and not each["is_idle"]]
    idle.append(("Idle", "in all", "", _usd(found["idle"]["usd"]), _usd(found["idle"]["usd_without_free"])))
    print_rows("Idle: billed though nobody comes", header, idle, numbers_from=2)
    print_rows("In use", header, used, numbers_from=2)
    totals = [
        (each["service"], _usd(each["usd"]), _usd(each["usd_without_free"])) for each in by_service(found)
    ]
    month = found["month"]
    totals.append(("A month", _usd(month["usd"]), _usd(month["usd_without_free"])))
    print_rows("By service", ("Service", "USD", "Nothing free"), totals, numbers_from=1)
    say(
        f"Idle: ${found['idle']['usd']:.2f} a month, of the ${month['usd']:.2f} in all. Where other systems "
        f"of the account use up what is free for ever: ${found['idle']['usd_without_free']:.2f} of "
        f"${month['usd_without_free']:.2f}."
    )
    if found["idle"]["usd_without_free"] > MOST_IDLE_USD:
        say(
            f"That is over ${MOST_IDLE_USD} while nobody comes: dashboard = false in [stack] of "
            f"patronage.toml leaves out ${_of_dashboard(found):.2f} (docs/cost.md)."
        )
    say("What it assumes, and where each number was measured: patronage cost --json, docs/cost.md")


def say_volumes(found: dict[str, Any]) -> None:
    """Say what a shop has and does in the month that is reckoned."""
    volumes = ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in found["volumes"].items())
    say(f"A month with {volumes}")


def _of_dashboard(found: dict[str, Any]) -> float:
    lines = (each for each in found["lines"] if each["price"] == "dashboard")
    return float(sum(each["usd_without_free"] for each in lines))


def print_measured(found: dict[str, Any]) -> None:
    """Print what runs cost on average and last, the month so far, and a thousand recommendations."""
    rows = [
        (
            machine,
            f"{each['runs']:,}",
            f"{each['seconds']:,.0f} s",
            _usd(each["usd"], 4),
            f"{each['last']['cost']['parts']['lambda_gb_second']['quantity']:,.0f}",
            f"{each['last']['cost']['parts']['states_transition']['quantity']:,.0f}",
            f"{each['last']['cost']['parts']['dynamodb_write']['quantity']:,.0f}",
        )
        for machine, each in found["machines"].items()
    ]
    header = ("Machine", "Runs", "Took", "USD a run", "GB-s last", "States last", "Writes last")
    if rows:
        print_rows(f"What runs cost in stack {found['stack']}", header, rows, numbers_from=1)
    else:
        say("No run has ended since this version was deployed; the next one will be on record.")
    if any(not each["last"]["cost"].get("has_children", True) for each in found["machines"].values()):
        say("The parts that Maps ran side by side could not be read and are not in it.")
    if any(not each["last"]["cost"].get("has_jobs", True) for each in found["machines"].values()):
        say("What their Spark jobs billed could not be read and is not in it.")
    month = found["month"]
    say(f"Runs since {month['since'][:10]}: {month['runs']:,}, ${month['usd']:.4f}")
    each = found["thousand_recommendations"]
    say(
        f"1,000 recommendations: ${each['usd']:.5f} (median {each['milliseconds']:.1f} ms of "
        f"{each['lookups']} lookups, {each['measured_as']})"
    )
    say(f"At list prices of {found['prices_read_on']}, nothing counted as free.")


def _row(line: dict[str, Any]) -> tuple[str, str, str, str, str]:
    units = _units(line["quantity"])
    return (line["service"], line["what"], units, _usd(line["usd"]), _usd(line["usd_without_free"]))


def _units(quantity: float) -> str:
    return f"{quantity:,.0f}" if quantity >= 100 else f"{quantity:,.2f}"


def _usd(usd: float, digits: int = 2) -> str:
    return f"{usd:,.{digits}f}"
