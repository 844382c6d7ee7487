"""`patronage slice`: cohorts or sales by what is known of the customers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.lines import console
from patronage.cli.outputs import check_ending
from patronage.errors import BadInput
from patronage.local.runs import run_of
from patronage.logic.segments.slices import SLICES
from patronage.steps.segment import cohorts, sales

_WRITTEN = {
    "cohorts": (cohorts.sliced, "cohorts/{period}-by-{by}.json"),
    "sales": (sales.sliced, "metrics/sales-by-{by}.json"),
}


def slice(  # noqa: A001 - the command's name
    table: Annotated[str, typer.Argument(help=f"What is sliced: {' or '.join(_WRITTEN)}.")],
    output: Annotated[Path, typer.Option("--output", help="Write the slices: a .json file.")],
    by: Annotated[str, typer.Option("--by", help=f"One of {', '.join(SLICES)}.")] = "country",
    period: Annotated[
        str, typer.Option("--period", help="Of cohorts: week, month or quarter of the first purchase.")
    ] = "month",
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    run: Annotated[
        str | None, typer.Option("--run", help="Id of a run of segments, else the live or newest one.")
    ] = None,
) -> None:
    """Slice cohorts or sales by country, channel, or what the customers table says, such as gender.

    Example: `patronage slice cohorts --by gender --output cohorts-by-gender.json`
    """
    if table not in _WRITTEN:
        raise BadInput(f"{table} is none of {', '.join(_WRITTEN)}")
    if period not in {"week", "month", "quarter"}:
        raise BadInput(f"--period {period} is none of week, month, quarter")
    check_ending(output, ".json")
    opened = open_lake(lake, stack)
    store = opened.lake.store
    run_id = run or run_of(opened, "segments")
    work, file = _WRITTEN[table]
    found = work(run_id, opened.lake, by)
    output.write_bytes(store.read_bytes(f"runs/{run_id}/{file.format(period=period, by=by)}"))
    console.print(f"wrote {output}: {found['slices']} slices of run {run_id}")
