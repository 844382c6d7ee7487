"""Read `patronage.toml`; a fault names place, value, rule and next step, and all are told at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.configuration._stack import StackSettings
from patronage.errors import BadInput
from patronage.logic.ingest.values import Rates
from patronage.logic.settings_text import parser_said
from patronage.logic.toml_places import place_of
from patronage.settings import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SETTINGS_FILE = "patronage.toml"
_TABLES: dict[str, type[Any]] = {"shop": Shop, "stack": StackSettings}
_OF_PARSER = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that a settings file says.

    Parameters
    ----------
    shop : Shop
        What differs from shop to shop.
    stack : StackSettings
        What differs from deployment to deployment.
    """

    shop: Shop = field(default_factory=Shop)
    stack: StackSettings = field(default_factory=StackSettings)


def settings_file(given: Path | None, folder: Path) -> Path | None:
    """Return the settings file to read: the one that was given, else that of a folder, where it has one."""
    if given is not None:
        return given
    found = folder / SETTINGS_FILE
    return found if found.is_file() else None


def read_settings(path: Path) -> Settings:
    """Read a settings file; what it leaves out has its default.

    Raises
    ------
    BadInput
        The file cannot be read, is no TOML, or names or sets something wrong; the message holds a line for
        each fault.
    """
    text = _text(path)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadInput(_unparsed(path, text, str(exc))) from exc
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"{path} is no TOML: {parser_said(exc)}; write it as patronage init does") from exc
    faults = [
        f"{_place(path, text, keys)}: {fault}" for keys, fault in sorted(_faults(values), key=_by_place(text))
    ]
    if faults:
        raise BadInput("\n".join(faults))
    return Settings(
        shop=Shop.from_mapping(values.get("shop", {})),
        stack=StackSettings.from_mapping(values.get("stack", {})),
    )


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise BadInput(
            f"{path} cannot be read ({exc.strerror}); name another file, or write one with: patronage init"
        ) from exc
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        column = exc.start - content.rfind(b"\n", 0, exc.start)
        raise BadInput(
            f"{path}, line {line}, column {column}: the byte {content[exc.start]:#04x} is no UTF-8; save the "
            "file as UTF-8"
        ) from exc


def _unparsed(path: Path, text: str, said: str) -> str:
    found = _OF_PARSER.search(said)
    last = text.rstrip("\n").split("\n")
    line, column = (len(last), len(last[-1]) + 1)
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
    written = text.split("\n")[line - 1].strip()
    return (
        f"{path}, line {line}, column {column}: {written!r} is no TOML: {_OF_PARSER.sub('', said)}; "
        'write it as in currency = "EUR", texts in quotes'
    )


def _place(path: Path, text: str, keys: Sequence[str]) -> str:
    found = place_of(text, keys)
    return f"{path}, line {found[0]}, column {found[1]}" if found else str(path)


def _by_place(text: str) -> Callable[[tuple[tuple[str, ...], str]], tuple[int, int]]:
    return lambda fault: place_of(text, fault[0]) or (0, 0)


def _faults(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield where and what is wrong, each table and setting by itself, so that no fault hides another."""
    for table, settings in values.items():
        if table not in _TABLES:
            yield (table,), _unknown(f"[{table}]", "table", table, list(_TABLES), "[{}]")
        elif not isinstance(settings, dict):
            yield (table,), f"{table} = {settings!r} must be a table; write [{table}] and its settings below"
        else:
            yield from _faults_of(table, settings)


def _faults_of(table: str, settings: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    known = [each.name for each in fields(_TABLES[table])]
    for name, value in settings.items():
        if name not in known:
            yield (table, name), _unknown(f"{name!r}", f"setting of [{table}]", name, known, "{}")
        elif told := _told(lambda: _TABLES[table].from_mapping({name: value})):  # noqa: B023 - called at once
            yield (table, name), f"[{table}] {told}"
        elif name == "rates":
            for code, rate in value.items():
                if told := _told(lambda: Rates.from_mapping({code: rate})):  # noqa: B023 - called at once
                    yield (table, name, code), f"[{table}] {told}"


def _told(build: Callable[[], object]) -> str:
    """Return what is wrong with what is built; "" where nothing is."""
    try:
        build()
    except BadInput as exc:
        return str(exc)
    return ""


def _unknown(said: str, what: str, name: str, known: Sequence[str], form: str) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    nearest = f"did you mean {form.format(near[0])}? " if near else ""
    return f"{said} is no {what}; {nearest}known are {', '.join(form.format(each) for each in sorted(known))}"
