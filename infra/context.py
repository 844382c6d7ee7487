"""What the CDK app is told: the settings file, above it the context of `cdk.json`, above that `--context`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.configuration import SETTINGS_FILE, StackSettings, read_settings, settings_file
from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take a settings file and context."""
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help=f"settings file; {SETTINGS_FILE} of the root if there"
    )
    parser.add_argument("--context", action="append", default=[], metavar="NAME=VALUE", type=_pair)


def context_of(parsed: argparse.Namespace, root: Path) -> dict[str, object]:
    """Return the context that a command's arguments, `cdk.json` and the settings file give."""
    return {**_of_settings(parsed.settings, root), **_of_cdk(root), **dict(parsed.context)}


def stack_name(context: Mapping[str, object]) -> str:
    """Return the name of the stack that a context asks for."""
    return str(context.get("stack") or "Patronage")


def asked_stack(parsed: argparse.Namespace, root: Path) -> StackSettings:
    """Return the settings of the stack, what context says above the file.

    Raises
    ------
    BadInput
        The file or what context says breaks a rule.
    """
    path = settings_file(parsed.settings, root)
    written = read_settings(path).stack if path else StackSettings()
    return written.under(context_of(parsed, root))


def _of_settings(given: Path | None, root: Path) -> dict[str, object]:
    path = settings_file(given, root)
    return {**read_settings(path).stack.context(), "shop": str(path)} if path else {}


def _of_cdk(root: Path) -> dict[str, object]:
    """Return the context of `cdk.json`, which the `cdk` reads by itself and a script would miss."""
    path = root / "cdk.json"
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as exc:
        raise BadInput(
            f"{path}, line {exc.lineno}, column {exc.colno}: it is no JSON: {exc.msg}; mend it there"
        ) from exc
    context: dict[str, object] = written.get("context", {})
    return context


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE; write it as in layers=unbuilt")
    return name, value
