"""Write the list of tables in `docs/lake.md` from `patronage.logic.tables`: `python docs/write_tables.py`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from patronage.logic.glue import comment, glue_type
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from patronage.logic.tables import Column, Table

PAGE = Path(__file__).parent / "lake.md"
BEGIN = "<!-- tables: written by docs/write_tables.py, do not edit -->\n"
END = "<!-- end of tables -->\n"


def main() -> None:
    """Write the list anew."""
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def page_with(page: str) -> str:
    """Return the page with the list of tables between its marks."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return before + BEGIN + "".join(map(_section, TABLES.values())) + "\n" + END + after


def _section(table: Table) -> str:
    identity = ", ".join(f"`{name}`" for name in table.identity)
    lines = [
        f"\n### {table.name}\n\n",
        f"One row is {table.meaning}. Told apart by {identity}; of the same row the newest counts.\n\n",
        "| column | type | meaning |\n|---|---|---|\n",
        *map(_line, table.columns),
    ]
    return "".join(lines)


def _line(column: Column) -> str:
    needed = "; required" if column.required else ""
    return f"| `{column.name}` | {glue_type(column.type)} | {comment(column)}{needed} |\n"


if __name__ == "__main__":
    main()
