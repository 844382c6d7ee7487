"""`patronage drift`: what has moved since the live models were made, the most severe first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.drift_output import print_drift, print_history
from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.lines import console, print_json
from patronage.cli.monitor import pinned_monitoring
from patronage.cli.progress import Stages
from patronage.cli.served import open_served
from patronage.cloud import explained
from patronage.errors import BadInput
from patronage.logic.monitor.keys import document_key
from patronage.steps import analytics
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.drift import drift as judge
from patronage.steps.monitor.drift_reference import Reference
from patronage.steps.monitor.drift_tables import drift_tables
from patronage.steps.pin import end_of_day
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.cli.served import Served
    from patronage.local.lakes import OpenLake
    from patronage.stores.objects import ObjectStore


def drift(
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference", help="A day (2010-12-31) to hold the columns against, else the live runs'."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="The last day that counts as now, else that of the newest order."),
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="List the earlier reports instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as it is kept.")] = False,
) -> None:
    """Show what has moved away from what the live models were made of, the most severe first.

    Of a stack it shows what the last run of monitoring found; of a local lake it measures anew.

    Example: `patronage drift --lake patronage-data`

    Example: `patronage drift --reference 2010-06-30 --as-of 2010-12-09`
    """
    if stack is not None and (reference or as_of):
        raise BadInput(
            "--reference and --as-of measure anew, which is done over a local lake; leave out --stack"
        )
    served = None if stack is None else open_served(stack)
    opened = served.opened if served else open_lake(lake, None)
    if history:
        found = kept_reports(opened.lake.store)
        print_json(found) if as_json else print_history(found)
        return
    report = _served(served) if served else _measured(opened, reference, as_of)
    print_json(report) if as_json else print_drift(report)


def kept_reports(store: ObjectStore) -> list[dict[str, Any]]:
    """Return the reports that the lake keeps, the newest first, without their columns."""
    suffix = document_key("", "drift").removeprefix("runs/")
    kept = (read_json(store, key) for key in store.keys("runs/") if key.endswith(suffix))
    told = ("run_id", "as_of", "day", "reference", "verdict", "reasons", "more_reasons")
    return [{name: each[name] for name in told} for each in sorted(kept, key=_age, reverse=True)]


def _age(report: dict[str, Any]) -> tuple[datetime, datetime, str]:
    """Return what reports are sorted by; the id of a stack's run says nothing of its time."""
    as_of = datetime.fromisoformat(report["as_of"])
    created = report.get("created_at")
    return as_of, datetime.fromisoformat(created) if created else as_of, report["run_id"]


def _served(served: Served) -> dict[str, Any]:
    with explained():
        return analytics.drift(served.figures, now=datetime.now(UTC))


def _measured(opened: OpenLake, reference: str | None, as_of: str | None) -> dict[str, Any]:
    """Pin a run of monitoring, measure and judge drift; return its report."""
    with Stages(console).stage("Look for drift") as stage:
        run_id = pinned_monitoring(opened)
        manifest = Manifest.load(opened.lake.store, run_id)
        if as_of is not None:
            manifest = replace(manifest, as_of=_end_of(as_of, manifest, "--as-of"))
            manifest.save(opened.lake.store)
        before = None if reference is None else _reference(reference, manifest)
        stage.update("count")
        drift_tables(run_id, opened.lake, reference=before)
        stage.update("judge")
        judge(run_id, opened.lake.store)
    report: dict[str, Any] = read_json(opened.lake.store, document_key(run_id, "drift"))
    return report


def _reference(day: str, manifest: Manifest) -> Reference:
    at = _end_of(day, manifest, "--reference")
    past = replace(manifest, run_id="", family="", as_of=at)
    return Reference(past, None, "what is known now of the time up to that day")


def _end_of(day: str, manifest: Manifest, option: str) -> datetime:
    try:
        at = end_of_day(date.fromisoformat(day).isoformat(), manifest.shop)
    except ValueError as exc:
        raise BadInput(f"{option} {day!r} is no day; write it as in 2010-12-31") from exc
    if at > manifest.as_of:
        raise BadInput(
            f"{option} {day} is later than the newest order; {manifest.today} is the last day there is"
        )
    return at
