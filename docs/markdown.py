"""What the writers of pages share: tables of Markdown, and docstrings read by their parts."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from numpydoc.docscrape import NumpyDocString

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOTHING = "—"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; of a cell without text a dash."""
    lines = [header, ["---"] * len(header), *([cell(each) for each in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(text: str) -> str:
    """Return a text as it may stand in a table: on one line, its bars no borders."""
    return re.sub(r"\s+", " ", text).strip().replace("|", r"\|") or NOTHING


def code(value: object) -> str:
    """Return a value as code; of nothing nothing."""
    return "" if value is None or value == "" else f"`{value}`"


def parameters_of(kind: type[Any]) -> dict[str, str]:
    """Return the sentences that a class's docstring has for each of its parameters."""
    told: dict[str, str] = {}
    for names, _, lines in NumpyDocString(inspect.getdoc(kind) or "")["Parameters"]:
        text = " ".join(line.strip() for line in lines).replace("``", "`")
        told |= dict.fromkeys((name.strip() for name in names.split(",")), text)
    return told


def page(title: str, writer: str, *parts: str) -> str:
    """Return a page that a writer makes: its title, who wrote it, and its parts with a blank line between."""
    head = f"# {title}\n\n<!-- written by docs/{writer}.py, do not edit: python -m docs.write_reference -->\n"
    return "\n".join([head, *(f"{part.strip()}\n" for part in parts)])
