"""`patronage export-customer`: all that a local lake holds of a customer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from patronage.cli.erase import CustomerArgument
from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, open_lake
from patronage.cli.outputs import check_ending, print_rows
from patronage.errors import NotFound
from patronage.local.runs import run_of
from patronage.steps.erase.exporting import write_zip
from patronage.steps.erase.subject import Subject


def export_customer(
    customer_id: CustomerArgument,
    output: Annotated[Path, typer.Option("--output", help="The .zip file to write.")],
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Write all that a local lake holds of a customer into a zip: CSV of the tables, JSON of the newest runs.

    Example: `patronage export-customer 13085 --output 13085.zip`
    """
    check_ending(output, ".zip")
    opened = open_lake(lake, None)
    live_runs = {}
    for family in ("segments", "recommendations"):
        try:
            live_runs[family] = run_of(opened, family)
        except NotFound:
            continue
    output.parent.mkdir(parents=True, exist_ok=True)
    files = write_zip(output, Subject(customer_id=customer_id), opened.lake, opened.shop, live_runs)
    if not files:
        output.unlink()
        raise NotFound(
            f"the lake holds nothing of customer {customer_id!r}; ids are compared letter by letter"
        )
    print_rows(f"Wrote {output}", ("File", "Rows"), [(name, f"{rows:,}") for name, rows in files.items()])
