"""The command line: `patronage COMMAND --help` shows an example of each."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from patronage import __version__
from patronage.errors import PatronageError

_COMMANDS = (
    "demo",
    "init",
    "run",
    "inspect",
    "ingest",
    "report",
    "segment",
    "journey",
    "compare",
    "slice",
    "recommend",
    "similar",
    "evaluate",
    "models",
    "generate",
    "features",
    "experiments",
    "monitor",
    "effectiveness",
    "drift",
    "retrain",
    "status",
    "cost",
    "invoke",
    "erase",
    "export-customer",
    "token",
    "publish-dashboard",
    "smoke",
    "restore",
)


class _LazyGroup(TyperGroup):
    """Import a command's module when it is asked for: `--help` loads neither DuckDB nor SciPy."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = importlib.import_module(f"patronage.cli.{name}")
        group = getattr(module, f"{name}_app", None)
        if group is not None:  # a command of several: `patronage features list`
            several = typer.main.get_group(group)
            several.name = cmd_name
            return several
        command = typer.Typer(rich_markup_mode="markdown", add_completion=False)
        command.command(name=cmd_name)(getattr(module, name))
        return typer.main.get_command(command)


app = typer.Typer(
    cls=_LazyGroup,
    help="Customer segments and product recommendations from a shop's orders.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _patronage(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Find customer segments and product recommendations in a shop's orders."""


def _run() -> None:
    """Run the command line; an error of AWS that a command does not expect is one of ours."""
    try:
        app()
    except Exception as exc:
        if not type(exc).__module__.startswith("botocore."):
            raise
        from patronage.cloud import explained

        with explained():
            raise


def main() -> None:
    """Run the command line; an error is one sentence on stderr and an exit code, never a trace-back."""
    try:
        _run()
    except PatronageError as exc:
        from patronage.cli.lines import printable

        sys.stderr.write(f"patronage: {printable(str(exc))}\n")
        raise SystemExit(exc.exit_code) from exc
    except OSError as exc:
        sys.stderr.write(f"patronage: {exc.filename or 'the system'}: {exc.strerror or exc}\n")
        raise SystemExit(1) from exc
    except Exception as exc:
        if os.environ.get("PATRONAGE_DEBUG"):
            raise
        sys.stderr.write(
            f"patronage: a fault of Patronage itself: {type(exc).__name__}: {exc}\n"
            "Run it again with PATRONAGE_DEBUG=1 for the trace-back, and report it.\n"
        )
        raise SystemExit(70) from exc
