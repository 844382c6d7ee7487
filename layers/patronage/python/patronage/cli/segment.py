"""`patronage segment`: name every customer's segment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.outputs import console, print_segments, write_segments
from patronage.cli.runs import run_segmentation
from patronage.errors import BadInput
from patronage.stores.objects import read_json


def segment(
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Write customer and segment: a .csv or .parquet file.")
    ] = None,
) -> None:
    """Segment the lake's customers by recency, frequency and money.

    Example: `patronage segment --lake patronage-data --output segments.csv`
    """
    if output is not None and output.suffix not in {".csv", ".parquet"}:
        raise BadInput(f"--output {output} must end in .csv or .parquet")
    opened = open_lake(lake, stack)
    run_id = run_segmentation(opened)
    store = opened.lake.store
    print_segments(read_json(store, f"runs/{run_id}/segments/summary.json"), opened.shop)
    if output is None:
        return
    write_segments(store, run_id, [output])
    console.print(f"wrote {output}")
