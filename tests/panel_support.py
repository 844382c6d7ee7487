"""What the browser tests read of a panel: its table, its files, and whether both say the same."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from browser_support import ZONE

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

BOM = "\ufeff"
MISSING = "\u2013"
PNG = b"\x89PNG\r\n\x1a\n"
_CURRENCY = re.compile(r"^(-?)(?:[A-Z]{3}\s|[€£$¥])?")


def panel_of(page: Page, title: str) -> Locator:
    """Find a panel by its title."""
    return page.get_by_role("region", name=title, exact=True)


def ready_panels(page: Page) -> list[str]:
    """Return the titles of the panels that show something."""
    return page.locator("section.panel[data-state=ready] h2").all_inner_texts()


def show_table(panel: Locator) -> None:
    """Turn to the table view, unless the panel has no other."""
    if panel.get_by_role("table").count() == 0:
        panel.get_by_role("button", name=re.compile("as a table$")).click()


def table_of(panel: Locator) -> list[list[str]]:
    """Return the texts of the table that is shown, the headings first, without what they mean."""
    return panel.locator("table").evaluate(
        "(table) => [...table.rows].map((row) => [...row.cells].map("
        "(cell) => (cell.querySelector('.sort') ?? cell).textContent))"
    )


def saved(panel: Locator, kind: str) -> Path:
    """Press CSV or PNG and return the file."""
    with panel.page.expect_download() as download:
        panel.get_by_role("button", name=re.compile(f"^Save .* as a {kind} ")).click()
    path: Path = download.value.path()
    return path


def csv_of(panel: Locator) -> list[list[str]]:
    """Save the CSV file and read it, the headings first."""
    text = saved(panel, "CSV").read_text(encoding="utf-8")
    assert text.startswith(BOM), "Excel would not read it as UTF-8"
    return list(csv.reader(io.StringIO(text.removeprefix(BOM))))


def is_same(shown: str, filed: str) -> bool:
    """Say whether a cell of the table and one of the CSV file are the same.

    A figure in the table may be rounded, and has its currency; a day is written out; a text that a
    spreadsheet would take for a formula has an apostrophe in the file.

    Examples
    --------
    >>> is_same("€1,234.50", "1234.50"), is_same("13.3%", "13.3333333333"), is_same("-£5", "-5")
    (True, True, True)
    >>> is_same("9 Dec 2011", "2011-12-09"), is_same("-=x", "'-=x"), is_same("12", "13"), is_same("12", "")
    (True, True, False, False)
    """
    if shown == filed or (shown == MISSING and filed == ""):
        return True
    if shown in {"yes", "no"}:
        return filed == {"yes": "true", "no": "false"}[shown]
    if filed.startswith("'"):
        return shown == filed[1:]
    if (found := _moment(filed)) is not None:
        return shown.startswith(f"{found.day} ") and str(found.year) in shown
    plain = _CURRENCY.sub(r"\1", shown).replace(",", "").removesuffix("%")
    try:
        digits = len(plain.partition(".")[2])
        return abs(float(plain) - float(filed)) <= 0.5 * 10**-digits + 1e-9
    except ValueError:
        return False


def _moment(text: str) -> datetime | None:
    if not re.match(r"^\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(ZoneInfo(ZONE)) if found.tzinfo else found


def differences(panel: Locator) -> list[str]:
    """Return where a panel's table view and its CSV file differ; the file may have more rows.

    It may have more columns, too, which the panel names.
    """
    show_table(panel)
    (heads, *shown), (columns, *filed) = table_of(panel), csv_of(panel)
    places = _places(heads, columns)
    if places is None:
        return [f"headings {heads} and {columns}"]
    told = panel.inner_text()
    if any(place not in places and column not in told for place, column in enumerate(columns)):
        return [f"headings {heads}, and {columns} of which the panel says nothing"]
    if not shown or len(filed) < len(shown):
        return [f"{len(shown)} rows are shown and {len(filed)} saved"]
    return [
        f"{head}: {cell!r} is shown and {line[place]!r} saved"
        for row, line in zip(shown, filed, strict=False)
        for head, cell, place in zip(heads, row, places, strict=True)
        if not is_same(cell, line[place])
    ]


def _places(heads: list[str], columns: list[str]) -> list[int] | None:
    """Return where the file has the columns of the table, in the same order; None where it lacks one."""
    places: list[int] = []
    for head in heads:
        start = places[-1] + 1 if places else 0
        found = next((place for place in range(start, len(columns)) if is_same(head, columns[place])), None)
        if found is None:
            return None
        places.append(found)
    return places
