"""`patronage effectiveness`: what recommendations led to, and what acting on segments earned."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.experiment_results import print_report
from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption
from patronage.cli.lines import print_json, say
from patronage.cli.monitored import monitored
from patronage.cli.outputs import print_rows
from patronage.errors import BadInput
from patronage.steps.analytics.monitoring import answer_of

if TYPE_CHECKING:
    from patronage.settings import Shop

_DAY = "%Y-%m-%d"


class Dimension(StrEnum):
    """What the rows are of."""

    model = "model"
    rung = "rung"
    placement = "placement"
    segment = "segment"
    position = "position"
    day = "day"


def effectiveness(
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    by: Annotated[Dimension, typer.Option("--by", help="What the rows are of.")] = Dimension.model,
    exports: Annotated[
        bool, typer.Option("--exports", help="What acting on exported segments earned, instead.")
    ] = False,
    start: Annotated[
        datetime | None, typer.Option("--start", formats=[_DAY], help="Only from this day of the report on.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option("--end", formats=[_DAY], help="Only up to this day of the report.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show what recommendations led to: impressions, clicks, carts, purchases and their revenue.

    A purchase counts for the last click of the same visitor on the same product, seven days at most before
    the order. Of a local lake it is measured now; of a stack the live monitoring run answers.

    Example: `patronage effectiveness --lake patronage-data --by placement`

    Example: `patronage effectiveness --by day --start 2010-11-01 --end 2010-11-30`

    Example: `patronage effectiveness --exports --stack Patronage`
    """
    if exports:
        _check_undated(start=start, end=end)
        read, shop = monitored("experiments", lake, stack, is_quiet=as_json)
        _print_exports(read("experiments")["segments"], shop, as_json=as_json)
        return
    read, shop = monitored("effectiveness", lake, stack, is_quiet=as_json)
    first, last = (None if each is None else each.date() for each in (start, end))
    answer = answer_of(read, by, start=first, end=last)
    if as_json:
        print_json(answer)
        return
    _print(answer, by, shop)


def _check_undated(**days: datetime | None) -> None:
    """Refuse days of what is told whole."""
    for option, day in days.items():
        if day is not None:
            raise BadInput(
                f"--{option} is for the report of recommendations, not for --exports; leave it out"
            )


def _print(answer: dict[str, Any], by: str, shop: Shop) -> None:
    header = (
        by.capitalize(),
        "Shown",
        "Clicks",
        "CTR",
        "Carts",
        "Bought",
        "Conversion",
        f"Revenue ({shop.currency})",
    )
    rows = [_cells(_named(row[by]), row, shop) for row in answer["rows"]]
    total = _cells("all", answer["totals"], shop)
    print_rows(f"{answer['since']} to {answer['until']}", header, [*rows, total], numbers_from=1)
    if by == "model" and answer["versions"]:
        _print_versions(answer["versions"])
    share = answer["shop"]["attributed_share"]
    said = "" if share is None else f"; {share:.1%} of the revenue of all orders"
    say(f"{answer['rule']['text']} {answer['totals']['purchases']:,} purchases counted{said}")
    seen = answer["totals"].get("view_through")
    if seen:
        say(f"Seen, not clicked: {seen['purchases']:,} purchases, {shop.format_money(seen['revenue_minor'])}")
    for note in filter(None, [answer["reason"], *_notes(answer["coverage"])]):
        say(note)


def _notes(coverage: dict[str, Any]) -> list[str]:
    notes: list[str] = coverage["notes"]
    if notes and "since" in coverage:
        return [f"Of all days of the report, {coverage['since']} to {coverage['until']}:", *notes]
    return notes


def _print_versions(versions: list[dict[str, Any]]) -> None:
    rows = [
        (
            _named(each["model"]),
            _named(each["generation"]),
            f"{each['impressions']:,}",
            _percent(each["ctr"]),
            _percent(each["conversion"]),
            _measured(each["offline"]),
        )
        for each in versions
    ]
    header = ("Model", "Version", "Shown", "CTR", "Conversion", "NDCG@10 before it went live")
    print_rows("Versions", header, rows, numbers_from=2)


def _print_exports(reports: list[dict[str, Any]], shop: Shop, *, as_json: bool) -> None:
    if as_json:
        print_json(reports)
        return
    if not reports:
        say(
            "no segment was exported yet: patronage segment --export klaviyo --segment at_risk --output a.csv"
        )
    for report in reports:
        title = f"{report['segment_id']} to {report['channel']}, exported {report['exported_at'][:10]}"
        print_report(title, report, shop)


def _cells(name: str, row: dict[str, Any], shop: Shop) -> tuple[str, ...]:
    return (
        name,
        f"{row['impressions']:,}",
        f"{row['clicks']:,}",
        _percent(row["ctr"]),
        f"{row['carts']:,}",
        f"{row['purchases']:,}",
        _percent(row["conversion"]),
        shop.format_amount(row["revenue_minor"]),
    )


def _named(value: Any) -> str:
    return "(not said)" if value is None else str(value)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"


def _measured(offline: dict[str, Any] | None) -> str:
    found = (offline or {}).get("ndcg_at_10")
    return "" if found is None else f"{found['value']:.4f}"
