"""What every command prints with; it loads neither DuckDB nor the cloud."""

from __future__ import annotations

import json
import re
from typing import Any

import typer
from rich.console import Console

console = Console(highlight=False)
aside = Console(stderr=True, highlight=False)
"""Beside an answer that a program may read: progress, and what the answer leaves out."""
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys or turns around; a file's name or a product's may hold it."""


def printable(text: str) -> str:
    """Return a text with what a terminal would obey as Python writes it; lines and tabs stay."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def say(text: str, to: Console = console) -> None:
    """Print a line as it is; a terminal breaks it, we do not."""
    to.print(printable(text), markup=False, soft_wrap=True)


def print_json(found: Any) -> None:
    """Print an answer for a program."""
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
