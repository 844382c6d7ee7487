"""Write the pages of `docs/reference` that come from the code: `python -m docs.write_reference [PAGE …]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from docs.write_api import api
from docs.write_cli import cli
from docs.write_dialects import dialects_page
from docs.write_events import events
from docs.write_metrics import metrics_page
from docs.write_queries import queries
from docs.write_settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parent / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "cli": cli,
    "settings": settings,
    "sql": queries,
    "api": api,
    "events": events,
    "dialects": dialects_page,
    "metrics": metrics_page,
}


def main(names: list[str]) -> None:
    """Write the pages that are named, or all."""
    for name in names or PAGES:
        (FOLDER / f"{name}.md").write_text(PAGES[name](), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
