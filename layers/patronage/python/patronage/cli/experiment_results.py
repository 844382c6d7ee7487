"""`patronage experiments results`: what an experiment found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption
from patronage.cli.lines import print_json, say
from patronage.cli.monitored import monitored
from patronage.cli.outputs import print_rows
from patronage.steps.analytics.monitoring import results_of

if TYPE_CHECKING:
    from patronage.settings import Shop


def results(
    experiment_id: Annotated[
        str, typer.Argument(metavar="ID", help="The experiment's id, or holdout.", show_default=False)
    ],
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show what an experiment found so far; looking again and again is safe.

    Of a local lake it is analysed now; of a stack the live monitoring run answers.

    Example: `patronage experiments results do-they-pay --stack Patronage`
    """
    read, shop = monitored("experiments", lake, stack, is_quiet=as_json)
    report = results_of(read("experiments"), experiment_id)
    if as_json:
        print_json(report)
        return
    print_report(f"{report['name']} ({experiment_id})", report, shop)


def print_report(title: str, report: dict[str, Any], shop: Shop) -> None:
    """Print a report of `analyse`: its arms, its lifts, and its verdict."""
    if "arms" not in report:
        say(f"{title}: {report['verdict']}")
        return
    rows = [
        (
            each["arm"],
            f"{each['units']:,}",
            f"{each['clicks']:,}",
            f"{each['orders']:,}",
            f"{each['buyers']:,}",
            shop.format_amount(each["revenue_minor"]),
        )
        for each in report["arms"]
    ]
    header = ("Arm", "Visitors", "Clicks", "Orders", "Buyers", f"Revenue ({shop.currency})")
    print_rows(title, header, rows, numbers_from=1)
    lifts = [
        (
            metric["label"],
            lift["arm"],
            _signed(lift["relative"]),
            _interval(lift["sequential"]),
            "yes" if lift["significant"] else "no",
        )
        for metric in report["metrics"]
        for lift in metric["lifts"]
    ]
    if lifts:
        print_rows(
            f"Against {report['control']}", ("Metric", "Arm", "Lift", "Interval", "Significant"), lifts
        )
    say(report["verdict"]["sentence"])
    for each in report["incremental_revenue"]:
        limits = (each["value_minor"], each["sequential"]["low_minor"], each["sequential"]["high_minor"])
        money, low, high = (shop.format_money(limit) for limit in limits)
        whose = f"{each['of']} ({each['arm']} against {each['against']})"
        say(f"Incremental revenue of {whose}: {money} (interval {low} to {high})")
    for note in report["notes"]:
        say(str(note))


def _interval(test: dict[str, Any]) -> str:
    low, high = test.get("relative_low"), test.get("relative_high")
    return "" if low is None or high is None else f"{_signed(low)} to {_signed(high)}"


def _signed(share: float | None) -> str:
    return "" if share is None else f"{share:+.1%}"
