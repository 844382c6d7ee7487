"""`patronage segment`: name every customer's segment, and export one to where it is acted on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.lines import console, say
from patronage.cli.outputs import check_ending, print_rows, print_segments
from patronage.cli.progress import Stages
from patronage.cli.segment_output import print_method, write_method
from patronage.cli.upload_report import counted
from patronage.errors import BadInput, NotFound
from patronage.local.runs import run_of, run_segmentation
from patronage.logic.segments.audiences import CHANNELS
from patronage.logic.segments.do_not_contact import DO_NOT_CONTACT
from patronage.logic.segments.methods import METHODS
from patronage.steps.manifest import Manifest
from patronage.steps.segment.exports import exports
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.local.lakes import OpenLake

_FATES = {
    "exported": "Exported",
    "held_out": "Held out, to measure the lift of acting",
    "do_not_contact": f"Left out: named in {DO_NOT_CONTACT}",
    "without_consent": "Left out: said no",
    "consent_unknown": "Left out: neither yes nor no is known",
    "without_address": "Left out: no address for this channel",
    "same_address": "Left out: the address is another customer's too",
}


def segment(
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    method: Annotated[
        str, typer.Option("--method", help=f"What parts the customers: {', '.join(METHODS)}.")
    ] = "rfm",
    run: Annotated[
        str | None,
        typer.Option(
            "--run",
            help="Id of a run of segments to take instead of segmenting anew; --export takes the live or "
            "newest one where none is named.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Write customer and segment: a .csv or .parquet file.")
    ] = None,
    export: Annotated[
        str | None,
        typer.Option("--export", help=f"Write --output as this imports it: {', '.join(CHANNELS)}."),
    ] = None,
    segment_id: Annotated[
        str | None, typer.Option("--segment", help="Id of the segment to export, such as champions.")
    ] = None,
    with_unknown_consent: Annotated[
        bool,
        typer.Option(
            "--with-unknown-consent",
            help="Export customers too of whom neither yes nor no to marketing is known.",
        ),
    ] = False,
) -> None:
    """Segment the lake's customers: by recency, frequency and money, clusters, behaviour or lifecycle.

    Example: `patronage segment --lake patronage-data --output segments.csv`

    Example: `patronage segment --method lifecycle --export klaviyo --segment at_risk --output at_risk.csv`
    """
    _check(method, output, export, segment_id)
    opened = open_lake(lake, stack)
    store = opened.lake.store
    held = _held(opened, run, is_export=export is not None)
    run_id = held or _segmented(opened)
    if method == "rfm":
        print_segments(read_json(store, f"runs/{run_id}/segments/summary.json"), opened.shop)
    else:
        print_method(store, run_id, method, opened.shop)
    if output is None:
        return
    if export is not None and segment_id is not None:
        report = exports(
            run_id,
            opened.lake,
            segment_id,
            export,
            output,
            now=datetime.now(UTC),
            by=method,
            with_unknown_consent=with_unknown_consent,
        )
        _print_export(report)
        anew = "; segment anew with: patronage segment" if held else ""
        say(f"exported run {run_id}, as of {Manifest.load(store, run_id).today}{anew}")
    else:
        write_method(store, run_id, method, output)
    console.print(f"wrote {output}")


def _held(opened: OpenLake, run: str | None, *, is_export: bool) -> str | None:
    """Return the run to take: the named one, for an export else the live or newest; None where none is."""
    store = opened.lake.store
    if run is not None:
        if not store.exists(f"runs/{run}/segments/summary.json"):
            raise NotFound(
                f"--run {run}: the lake has no finished run of segments of this id, a folder in runs/"
            )
        return run
    if not is_export:
        return None
    try:
        return run_of(opened, "segments")
    except NotFound:
        return None


def _segmented(opened: OpenLake) -> str:
    """Segment the customers anew and return the run's id."""
    with Stages(console).stage("Segment the customers") as stage:
        return run_segmentation(opened, on_step=stage.update)


def _check(method: str, output: Path | None, export: str | None, segment_id: str | None) -> None:
    """Refuse what does not go together, before anything is computed."""
    if method not in METHODS:
        raise BadInput(f"--method {method} is none of {', '.join(METHODS)}")
    check_ending(output, ".csv", ".parquet")
    if export is None and segment_id is None:
        return
    if export not in CHANNELS:
        raise BadInput(f"--export {export or ''} must name one of {', '.join(CHANNELS)}")
    if segment_id is None:
        raise BadInput("--export needs --segment with the id of a segment, such as --segment champions")
    if output is None or output.suffix != ".csv":
        raise BadInput(f"--export {export} needs --output with the name of a .csv file")


def _print_export(report: dict[str, Any]) -> None:
    """Print what became of the segment's customers."""
    rows = [(says, f"{report[fate]:,}") for fate, says in _FATES.items()]
    customers = counted(report["customers"], "customer")
    title = f"{report['segment_id']} to {CHANNELS[report['channel']].name}: {customers}"
    print_rows(title, ("Customers", "Count"), rows, numbers_from=1)
    if report["unknown_lines"]:
        lines = ", ".join(map(str, report["unknown_lines"][:20]))
        say(f"{DO_NOT_CONTACT}: no customer and no e-mail address on line {lines}; is one misspelt?")
    if report["consent_unknown"]:
        console.print(
            "--with-unknown-consent takes them in too: for a shop that keeps consent elsewhere",
            soft_wrap=True,
        )
    say(f"who was exported and who was held out: {report['assignment_key']}")
