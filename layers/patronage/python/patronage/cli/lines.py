"""What every command prints with; it loads neither DuckDB nor the cloud."""

from __future__ import annotations

import json
from typing import Any

import typer
from rich.console import Console

console = Console(highlight=False)


def say(text: str) -> None:
    """Print a line as it is; a terminal breaks it, we do not."""
    console.print(text, markup=False, soft_wrap=True)


def print_json(found: Any) -> None:
    """Print an answer for a program."""
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
