"""Write a commented `patronage.toml` from the classes of the settings, so that it cannot drift from them."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any

from patronage.configuration._stack import StackSettings
from patronage.errors import Conflict
from patronage.settings import Shop, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_WIDTH = 100
_HEAD = """\
Settings of Patronage. docs/settings.md says more.

`make deploy` takes the file that lies at the repository's root. The commands run, ingest, inspect, cost and
generate take that of the folder in which they run. SETTINGS=FILE and --settings FILE name another one. What a
command says stands above the file.

A setting behind a # counts for nothing and shows the default; take the # away to set it."""


def write_settings(path: Path, **chosen: str) -> None:
    """Write a commented settings file.

    Parameters
    ----------
    path : Path
        The file to make.
    **chosen
        Settings to set in it, such as ``currency="GBP"``.

    Raises
    ------
    Conflict
        There is a file already; it is left as it is.
    BadInput
        A chosen value breaks its rule.
    """
    text = settings_text(**chosen)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as exc:
        raise Conflict(
            f"{path} is there already and is left as it is; move it away, or name another"
        ) from exc


def settings_text(**chosen: str) -> str:
    """Return a settings file with every setting, its type, default and meaning.

    Parameters
    ----------
    **chosen
        Settings to set in it; all others stand behind a ``#``.
    """
    settings = {"currency": Shop.currency, "timezone": Shop.timezone, **chosen}
    tables: dict[str, type[Any]] = {"shop": Shop, "stack": StackSettings}
    for kind in tables.values():
        names = {each.name for each in fields(kind)}
        kind.from_mapping({name: value for name, value in settings.items() if name in names})
    parts = ["\n".join(f"# {line}".rstrip() for line in _HEAD.split("\n"))]
    for table, kind in tables.items():
        parts += [f"[{table}]", *_written(kind, settings)]
    return "\n\n".join(parts) + "\n"


def _written(kind: type[Any], chosen: Mapping[str, str]) -> Iterator[str]:
    meanings = _meanings(kind)
    for setting in fields(kind):
        line = f"{setting.name} = {json.dumps(chosen.get(setting.name, _default(setting)))}"
        about = f"{meanings[setting.name]} ({type_name(setting)})"
        yield f"{_commented(about)}\n{line if setting.name in chosen else f'# {line}'}"


def _default(setting: Field[Any]) -> Any:
    return {} if setting.default is MISSING else setting.default


def _commented(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def _meanings(kind: type[Any]) -> dict[str, str]:
    """Return what the docstring says of each setting."""
    _, _, said = inspect.cleandoc(kind.__doc__ or "").partition("Parameters\n----------\n")
    found = re.findall(r"^(\w+) : [^\n]+\n((?:[ ]+[^\n]+\n?)+)", said, re.MULTILINE)
    return {name: " ".join(text.replace("``", "").split()) for name, text in found}
