"""`patronage compare`: who moved between segments from one run to another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.lines import console
from patronage.cli.outputs import check_ending, print_rows
from patronage.errors import NotFound
from patronage.steps.segment.stability import migration

if TYPE_CHECKING:
    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore


def compare(
    earlier: Annotated[str, typer.Argument(help="Id of the earlier run of segments.")],
    later: Annotated[str, typer.Argument(help="Id of the later one.")],
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    output: Annotated[Path | None, typer.Option("--output", help="Write the matrix: a .json file.")] = None,
) -> None:
    """Show the customers and the money that moved between the segments of two runs.

    The runs lie below `runs/` of the lake.

    Example: `patronage compare 20260101T030000.000000Z-segments 20260201T030000.000000Z-segments`
    """
    check_ending(output, ".json")
    opened = open_lake(lake, stack)
    for run_id in (earlier, later):
        _check(run_id, opened.lake.store)
    found = migration(earlier, later, opened.lake.store)
    _print(found, opened.shop)
    if output is not None:
        output.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
        console.print(f"wrote {output}")


def _check(run_id: str, store: ObjectStore) -> None:
    if store.exists(f"runs/{run_id}/segments/rfm.parquet"):
        return
    suffix = "/segments/rfm.parquet"
    known = sorted(key.split("/")[1] for key in store.keys("runs/") if key.endswith(suffix))
    raise NotFound(
        f"the lake has no run of segments {run_id!r}; the newest are {', '.join(known[-5:]) or 'none'}"
    )


def _print(found: dict[str, Any], shop: Shop) -> None:
    rows = [
        (
            move["from_segment_id"] or "(new)",
            move["to_segment_id"] or "(gone)",
            f"{move['customers']:,}",
            shop.format_amount(move["net_minor"]),
            shop.format_amount(move["net_minor_change"]),
        )
        for move in found["moves"]
        if move["from_segment_id"] != move["to_segment_id"]
    ]
    header = ("From", "To", "Customers", f"Net {shop.currency}", "Change")
    print_rows(f"Moves from {found['from_as_of']} to {found['to_as_of']}", header, rows, numbers_from=2)
    totals = found["totals"]
    told = ", ".join(f"{totals[f'{kind}_customers']:,} {kind}" for kind in ("stayed", "moved", "new", "gone"))
    console.print(f"Customers: {told}")
