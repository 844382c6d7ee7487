"""`patronage journey`: what one customer did, and what happened to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.lines import console
from patronage.cli.outputs import check_ending, print_rows
from patronage.local.runs import run_of
from patronage.steps.segment.journeys import timeline

if TYPE_CHECKING:
    from patronage.settings import Shop


def journey(
    customer_id: Annotated[str, typer.Argument(help="The shop's id of the customer.")],
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    run: Annotated[
        str | None, typer.Option("--run", help="Id of a run of segments, else the live or newest one.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Write the timeline: a .json file.")] = None,
) -> None:
    """Show a customer's timeline: acquisition, visits, purchases, fees, refunds, segments, recommendations.

    Example: `patronage journey 13085 --output journey.json`
    """
    check_ending(output, ".json")
    opened = open_lake(lake, stack)
    store = opened.lake.store
    run_id = run or run_of(opened, "segments")
    found = timeline(run_id, customer_id, store)
    _print(found, opened.shop)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        console.print(f"wrote {output}", markup=False)


def _print(found: dict[str, Any], shop: Shop) -> None:
    header = ("Day", "What", "Details", f"Net {shop.currency}")
    rows = [
        (
            entry["day"],
            entry["kind"].replace("_", " "),
            _details(entry),
            "" if entry["net_minor"] is None else shop.format_amount(entry["net_minor"]),
        )
        for entry in found["entries"]
    ]
    print_rows(f"Journey of customer {found['customer_id']}", header, rows, numbers_from=3)
    counted = [
        f"{name.replace('_', ' ')} {count:,}" for name, count in found["totals"].items() if count is not None
    ]
    console.print(f"As of {found['as_of']}: {', '.join(counted)}", markup=False)
    if found["is_cut"]:
        console.print(
            f"Shown are the latest of {found['total']:,} entries, and the acquisition", markup=False
        )
    reasons: dict[str, list[str]] = {}
    for kind, reason in found["absent"].items():
        reasons.setdefault(reason, []).append(kind.replace("_", " "))
    for reason, kinds in reasons.items():
        console.print(f"No {', '.join(kinds)}: {reason}", markup=False)


def _details(entry: dict[str, Any]) -> str:
    """Say in words what an entry's kind leaves open."""
    said = {
        "acquired": f"by {entry['detail']}",
        "visit": _counted(entry["events"], "event") + ", " + _counted(entry["products"], "product"),
        "purchase": f"order {entry['order_id']}, {_counted(entry['products'], 'product')}",
        "fee": f"order {entry['order_id']}, " + (entry["product_id"] or "several fees"),
        "refund": f"order {entry['refers_to'] or entry['order_id']}",
        "segment_change": f"to {entry['detail']}",
    }.get(entry["kind"], f"product {entry['product_id']}")
    return f"{said}, {entry['channel']}" if entry["channel"] else said


def _counted(number: int | None, noun: str) -> str:
    return f"{number or 0:,} {noun}" + ("" if number == 1 else "s")
