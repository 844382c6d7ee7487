"""Write `docs/reference/dialects.md`, from the dialects that come along.

Run `python -m docs.write_reference dialects`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docs.markdown import code, page
from patronage.logic.ingest.dialects import dialects
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from patronage.logic.ingest.dialects import Dialect

_INTRODUCTION = """
Every file that Patronage knows as its system writes it: upload it as it is, below `raw/` and the table's
name. It is told by the columns that it must have, whatever its own name; in brackets stands the column of
ours that is taken from each. `patronage inspect FILE` says which dialect fits, and what the nearest lacks.
What money, tax and refunds are in the exports of shop systems: [take the export of your shop
system](../how-to/dialects.md). What a dialect may say, and how to write one: [dialects](../dialects.md).
"""


def dialects_page() -> str:
    """Return the page: a section for each table, and for each dialect of it what it is known by."""
    shipped = [each for each in dialects() if each.name != "canonical"]
    sections = [_section(table, [each for each in shipped if each.table == table]) for table in TABLES]
    return page("Dialects", "write_dialects", _INTRODUCTION, *filter(None, sections))


def _section(table: str, shipped: Sequence[Dialect]) -> str:
    if not shipped:
        return ""
    told = "".join("\n".join(_of(each)) for each in sorted(shipped, key=lambda each: each.name))
    return f"## {table.capitalize()}\n\nUpload to `raw/{table}/`.\n\n{told}"


def _of(dialect: Dialect) -> Iterator[str]:
    yield f"### `{dialect.name}`\n"
    yield f"{dialect.about[0].upper()}{dialect.about[1:]} ([where that is documented]({dialect.see})).\n"
    yield f"- Known by {_known_by(dialect)}"
    if dialect.optional:
        yield f"- Takes also {_listed(dialect.optional)}"
    if dialect.expressions:
        yield f"- Made by SQL: {', '.join(code(name) for name in dialect.expressions)}"
    if dialect.also:
        yield "- Makes further rows of a record, such as an order's shipping"
    if dialect.needs_whole_file:
        yield "- Is read as one piece, for a record's meaning lies in others"
    for doubt in dialect.doubts:
        yield f"- Reports: {doubt}"
    yield "\n"


def _known_by(dialect: Dialect) -> str:
    parts = []
    if "header" in dialect.format:
        parts.append(f"its {len(dialect.format['header'])} columns without a header")
    elif dialect.columns or dialect.header:
        named = ", ".join(code(name) for name in dialect.header)
        parts.append("; ".join(filter(None, (_listed(dialect.columns), named))))
    if dialect.cells:
        parts.append(f"what stands in {', '.join(code(name) for name in dialect.cells)}")
    if dialect.key:
        parts.append(f"its key, which fits {code(dialect.key)}")
    return ", by ".join(parts)


def _listed(columns: Mapping[str, str | Sequence[str]]) -> str:
    """Say of which column of the file each of ours is taken."""
    told = []
    for ours, theirs in columns.items():
        names = (theirs,) if isinstance(theirs, str) else theirs
        told.append(f"{' or '.join(code(name) for name in names)} ({ours})")
    return ", ".join(told)
