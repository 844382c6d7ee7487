"""`patronage run`: the whole job on this machine, without any cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from patronage.cli.ingest import ingest_local
from patronage.cli.lakes import (
    DEFAULT_LAKE,
    CurrencyOption,
    LakeOption,
    SettingsOption,
    TimezoneOption,
    chosen_shop,
)
from patronage.cli.lines import console
from patronage.cli.outputs import both_formats, print_segments, write_figures, write_recommendations
from patronage.cli.progress import Stages
from patronage.cli.segment_output import write_method
from patronage.cli.upload_report import print_report, refused_whole
from patronage.errors import BadInput, RunFailed
from patronage.local.lakes import create_lake
from patronage.local.runs import run_segmentation, run_training
from patronage.stores.objects import read_json


def run(
    orders: Annotated[
        Path, typer.Option("--orders", help="Order export, of any form that `patronage inspect` takes.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the answers.")] = Path("patronage-out"),
    lake: LakeOption = DEFAULT_LAKE,
    settings: SettingsOption = None,
    currency: CurrencyOption = None,
    timezone: TimezoneOption = None,
    drop_repeated_lines: Annotated[
        bool | None,
        typer.Option("--drop-repeated-lines/--keep-repeated-lines", help="Drop equal lines of one order."),
    ] = None,
    top_k: Annotated[int, typer.Option("--top-k", min=1, max=50, help="Recommendations a customer.")] = 10,
) -> None:
    """Ingest an order export, segment the customers, train, and write CSV and Parquet. Needs no cloud.

    Example: `patronage run --orders orders.csv --currency GBP --timezone Europe/London --out answers`
    """
    if not orders.is_file():
        raise BadInput(f"{orders} is no file; name an order export with --orders")
    rules = {"drop_repeated_lines": drop_repeated_lines}
    opened = create_lake(lake, chosen_shop(settings, currency, timezone, lake=lake, **rules))
    report = ingest_local(orders, opened, table="orders")
    if report["state"] == "unreadable":
        raise BadInput(f"{orders}: {report['problem']}")
    print_report(report, opened.shop)
    if report["state"] == "refused":
        raise BadInput(f"{orders} was {refused_whole(report)}")
    if report["refused"] == report["read"]:
        raise BadInput(f"{orders} holds no order line to keep; see above why, and mend the export")
    store = opened.lake.store
    out.mkdir(parents=True, exist_ok=True)
    with Stages(console).stage("Train the recommendations") as stage:
        training, answer = run_training(opened, on_step=stage.update)
    written = []
    try:
        with Stages(console).stage("Segment the customers") as stage:
            segmentation = run_segmentation(opened, on_step=stage.update)
        print_segments(read_json(store, f"runs/{segmentation}/segments/summary.json"), opened.shop)
        written += both_formats(out, "segments")
        for path in written:
            write_method(store, segmentation, "rfm", path)
        written += write_figures(store, segmentation, out)
    except RunFailed as exc:
        console.print(f"No segments: {exc}", markup=False)
    console.print(f"Recommendations by {answer['model']}: {answer['reason']}")
    if read_json(store, f"runs/{training}/recommendations/model.json")["low_data"]:
        console.print("Few purchases to learn from: take the recommendations as a beginning (low_data)")
    written += write_recommendations(store, training, out, k=top_k)
    for path in written:
        console.print(f"  wrote {path}")
