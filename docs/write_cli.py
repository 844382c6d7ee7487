"""Write `docs/reference/cli.md` from the commands themselves: `python -m docs.write_reference cli`."""

from __future__ import annotations

import inspect
import re
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from typer.main import get_command

from docs.markdown import code, page, table
from patronage.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXAMPLE = re.compile(r"^Examples?: ((?:`[^`]+`(?:,? |\n)?)+)$", re.MULTILINE)
_KINDS = {bool: "", int: "a whole number", float: "a number", datetime: "a day"}
_INTRODUCTION = """
Each command says the same with `--help`. An error is one sentence on the error output and an exit code:
0 is well, 1 an error that is named, 2 a wrong call or a lake that lacks what is asked for, 70 a fault of
Patronage itself.

A command runs from the folder in which the lake lies (`--lake`, `patronage-data` by default), or against
a deployed stack (`--stack`) with AWS credentials in the environment.
"""


def cli() -> str:
    """Return the page."""
    commands = list(_commands(get_command(app), ()))
    listed = [
        (f"[`{' '.join(words)}`](#{'-'.join(words)})", _summary(command)) for words, command in commands
    ]
    sections = [_section(words, command) for words, command in commands]
    return page(
        "Command line", "write_cli", _INTRODUCTION, table(("command", "what it does"), listed), *sections
    )


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each command with its words, the groups opened."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "list_commands"):
            yield from _commands(command, (*words, name))
        else:
            yield (*words, name), command


def _summary(command: Any) -> str:
    return str(inspect.cleandoc(command.help).partition("\n\n")[0])


def _section(words: tuple[str, ...], command: Any) -> str:
    told = inspect.cleandoc(command.help)
    examples = [each for found in _EXAMPLE.findall(told) for each in re.findall("`([^`]+)`", found)]
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    parts = [
        f"## {' '.join(words)}",
        f"`{_usage(words, arguments, options)}`",
        re.sub(r"\n{3,}", "\n\n", _EXAMPLE.sub("", told)).strip(),
    ]
    if arguments:
        rows = [(code(_place(each)), _kind(each), each.help or "") for each in arguments]
        parts.append(table(("argument", "takes", "meaning"), rows))
    if options:
        told_of = [(_names(each), _kind(each), _default(each), each.help or "") for each in options]
        parts.append(table(("option", "takes", "default", "meaning"), told_of))
    if examples:
        parts.append("```sh\n" + "\n".join(examples) + "\n```")
    return "\n\n".join(part.strip() for part in parts)


def _usage(words: tuple[str, ...], arguments: list[Any], options: list[Any]) -> str:
    needed = [f"{each.opts[0]} {each.metavar or each.name.upper()}" for each in options if each.required]
    rest = ["[OPTIONS]"] if len(needed) < len(options) else []
    return " ".join(["patronage", *words, *(_shape(each) for each in arguments), *needed, *rest])


def _shape(argument: Any) -> str:
    shape = _place(argument) + ("…" if argument.nargs == -1 else "")
    return shape if argument.required else f"[{shape}]"


def _place(argument: Any) -> str:
    return str(argument.metavar or argument.name).upper()


def _names(option: Any) -> str:
    both = " / ".join(code(each) for each in (*option.opts, *option.secondary_opts))
    return f"{both} (required)" if option.required else both


def _kind(parameter: Any) -> str:
    """Say what an option takes; of a switch nothing."""
    if parameter.metavar:
        return code(parameter.metavar)
    annotation = parameter.type_descriptor.annotation
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(code(each.value) for each in annotation)
    kind = _KINDS.get(annotation, "a path" if "Path" in str(annotation) else "a text")
    return f"{kind}, from {parameter.min}" if parameter.min is not None else kind


def _default(option: Any) -> str:
    if isinstance(option.show_default, str):
        return option.show_default
    value = option.default.value if isinstance(option.default, Enum) else option.default
    if value is None or value == () or isinstance(value, bool):
        return "on" if value is True else ""
    return code(value)
