"""`patronage report`: what became of the uploads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.lines import console, printable, say
from patronage.cli.outputs import print_rows
from patronage.cli.upload_report import print_report
from patronage.errors import NotFound
from patronage.logic.upload_keys import REPORTS, quarantine_key, report_key
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.local.lakes import OpenLake


def report(
    object_: Annotated[
        str | None,
        typer.Argument(metavar="[OBJECT]", help="Id or key of an upload; all uploads if left out."),
    ] = None,
    lines: Annotated[int, typer.Option("--lines", min=0, help="How many refused rows to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as it is kept.")] = False,
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
) -> None:
    """Print what became of an upload's rows, the three commonest reasons first, and the rows refused.

    Example: `patronage report orders.csv`
    """
    opened = open_lake(lake, stack)
    if object_ is None:
        _print_all(opened)
        return
    for found in _reports_of(object_, opened):
        if as_json:
            console.print_json(json.dumps(found))
        else:
            _print_one(found, opened, lines)


def _print_all(opened: OpenLake) -> None:
    reports = [read_json(opened.lake.store, key) for key in opened.lake.store.keys(REPORTS)]
    header = ("Object", "Key", "Table", "State", "Read", "Kept", "Refused", "Repeated", "Superseded")
    rows = [
        (
            each["object"][:12],
            each["key"],
            each.get("table", ""),
            each["state"],
            *(f"{each[name]:,}" if name in each else "" for name in _COUNTS),
        )
        for each in sorted(reports, key=lambda each: each["key"])
    ]
    if not rows:
        raise NotFound("nothing was uploaded yet; begin with: patronage ingest FILE")
    print_rows("Uploads", header, rows, numbers_from=4)


_LEAST_ID = 4  # characters: a shorter beginning of an id is one by chance
_COUNTS = ("read", "kept", "refused", "repeated", "superseded")


def _reports_of(name: str, opened: OpenLake) -> list[dict[str, Any]]:
    store = opened.lake.store
    if store.exists(report_key(name)):
        return [read_json(store, report_key(name))]
    reports = [read_json(store, key) for key in store.keys(REPORTS)]
    found = [each for each in reports if _is_called(name, each)]
    if not found:
        raise NotFound(f"no upload is called {name!r}; list them with: patronage report")
    return found


def _is_called(name: str, report: dict[str, Any]) -> bool:
    """Say whether a name is an upload's key, the last parts of it, or the beginning of its id."""
    is_id = len(name) >= _LEAST_ID and report["object"].startswith(name)
    return is_id or f"/{report['key']}".endswith(f"/{name.lstrip('/')}")


def _print_one(found: dict[str, Any], opened: OpenLake, lines: int) -> None:
    console.print(f"[bold]{escape(printable(found['key']))}[/bold]  {found['object']}", soft_wrap=True)
    if found["state"] == "unreadable":
        say(f"The file cannot be read: {found['problem']}")
        return
    print_report(found, opened.shop)
    key = quarantine_key(found["object"])
    if not lines or not opened.lake.store.exists(key):
        return
    refused = opened.lake.store.read_bytes(key).decode().splitlines()
    rows = [json.loads(line) for line in refused[:lines]]
    cells = [(f"{row['line']:,}", row["column"], row["rule"], _shown(row["raw"])) for row in rows]
    print_rows(
        f"Refused rows, the first {len(rows)} of {len(refused):,}", ("Line", "Column", "Rule", "Raw"), cells
    )


def _shown(raw: str) -> str:
    """Return a row's text with what a terminal would obey, such as tabs and escapes, as Python writes it."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode() for each in raw
    )
