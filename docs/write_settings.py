"""Write `docs/reference/settings.md`, from the classes that read settings.

Run `python -m docs.write_reference settings`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from docs.markdown import code, page, parameters_of, table
from patronage.configuration import StackSettings
from patronage.logic import engine_choice
from patronage.logic.drift.options import DriftOptions
from patronage.logic.effectiveness.options import AttributionOptions
from patronage.logic.engine_choice import EngineOptions
from patronage.logic.experiments.analysis_options import AnalysisOptions
from patronage.logic.ingest.options import Options
from patronage.logic.monitor.options import Retrain
from patronage.logic.segments.options import SegmentOptions
from patronage.settings import Shop

if TYPE_CHECKING:
    from dataclasses import Field

ROOT = Path(__file__).parents[1]
_TYPES = {"str": "a text", "bool": "true or false", "int": "a whole number", "float": "a number"}
_INTRODUCTION = """
Every setting there is, by the file in which it stands, with its type and what it is where nobody says
otherwise. Files of TOML are UTF-8. "The lake" is the lake bucket, on a laptop the lake's folder. A name
that is unknown, or a value of another type or beyond its rule, is refused with the place and the rule.
"""
_FILES = (
    (
        "`patronage.toml`",
        "the folder in which a command runs; to deploy, the repository",
        "[the shop](#the-shop), [the stack](#the-stack)",
    ),
    (
        "`settings/ingest.toml`, and `FILE.patronage.toml` beside a file",
        "the lake, or beside the upload",
        "[options of a file](#options-of-a-file)",
    ),
    ("`settings/dialects/NAME.toml`", "the lake", "[dialects](../dialects.md#write-your-own)"),
    ("`settings/quality.toml`", "the lake", "[the rules of quality](../quality.md#change-a-rule)"),
    ("`settings/segments.toml`", "the lake", "[segments](#segments)"),
    ("`settings/rfm_map.csv`", "the lake", "[the shop's own map](../segments.md)"),
    ("`settings/do_not_contact.csv`", "the lake", "[whom no export names](../segments.md)"),
    ("`settings/monitor.toml`", "the lake", "[monitoring](#monitoring)"),
    ("`settings/engine.toml`", "the lake", "[the engine](#the-engine)"),
    ("`settings/rules.json`", "the lake; `PUT /rules` writes it", "[business rules](../business-rules.md)"),
    (
        "`settings/experiments.json`",
        "the lake; a copy, which the API writes",
        "[experiments](../experiments.md)",
    ),
    ("`cdk.json`, its `context`", "the repository", "[context of the CDK app](#context-of-the-cdk-app)"),
)


class _Section(NamedTuple):
    """A part of the page: the settings of a class as they usually are, without those that nobody writes."""

    title: str
    about: str
    usual: Any
    hidden: frozenset[str] = frozenset()


_MONITORING = "## Monitoring\n\nTables of `settings/monitor.toml`.\n\n"
_SECTIONS = (
    _Section(
        "## The shop",
        "Table `[shop]` of `patronage.toml`. More of it: [settings](../settings.md#the-shop).",
        Shop(),
    ),
    _Section(
        "## The stack",
        "Table `[stack]` of `patronage.toml`. More of it: [settings](../settings.md#the-stack).",
        StackSettings(),
    ),
    _Section(
        "## Options of a file",
        "In a sidecar by themselves; in `settings/ingest.toml` below `[[files]]` with a `match`. More of it: "
        "[settings](../settings.md#options-of-a-file).",
        Options(),
        frozenset({"known_dialects", "faults", "own"}),
    ),
    _Section(
        "## Segments",
        "`settings/segments.toml`. More of it: [segments](../segments.md).",
        SegmentOptions(),
        frozenset({"rfm_map"}),
    ),
    _Section(
        f"{_MONITORING}### Drift",
        "Table `[drift]`. More of it: [drift](../drift.md).",
        DriftOptions(),
    ),
    _Section(
        "### When segments are retrained",
        "Table `[retrain.segments]`. More of it: [operations](../operations.md#settings).",
        Retrain().segments,
    ),
    _Section(
        "### When recommendations are retrained",
        "Table `[retrain.recommendations]`. More of it: [operations](../operations.md#settings).",
        Retrain().recommendations,
    ),
    _Section(
        "### Attribution",
        "Table `[attribution]`. More of it: [effectiveness](../effectiveness.md).",
        AttributionOptions(),
    ),
    _Section(
        "### Analysis of experiments",
        "Table `[experiments]`. More of it: [statistics of experiments](../experiments-statistics.md).",
        AnalysisOptions(),
    ),
    _Section(
        "## The engine",
        f"`{engine_choice.SETTINGS}`. More of it: [go large](../operations.md#go-large).",
        EngineOptions(),
    ),
)
_CONTEXT = """## Context of the CDK app

In `cdk.json`, or as `--context NAME=VALUE` of `infra/app.py`; it stands above `patronage.toml`. `make deploy`
sets some of it: `SHOP=shop.toml`, `STACK=Name`, `SPARK=on`, `KEEP_DATA=off`."""


def settings() -> str:
    """Return the page."""
    return page(
        "Settings",
        "write_settings",
        _INTRODUCTION,
        table(("file", "lies in", "says"), _FILES),
        *map(_section, _SECTIONS),
        _CONTEXT,
        table(("context", "meaning"), _contexts()),
    )


def _section(section: _Section) -> str:
    told = parameters_of(type(section.usual))
    rows = [
        (code(each.name), _type(each), _default(getattr(section.usual, each.name)), _meaning(each.name, told))
        for each in fields(section.usual)
        if each.name not in section.hidden
    ]
    listed = table(("setting", "type", "default", "meaning"), rows)
    return f"{section.title}\n\n{section.about}\n\n{listed}"


def _meaning(name: str, told: dict[str, str]) -> str:
    if name not in told:
        raise LookupError(f"the docstring says nothing of {name}; it knows {', '.join(told)}")
    for ending, from_here_on in (("_warn", "a warning"), ("_alarm", "drift")):
        if name.endswith(ending):
            return f"{told[name].removesuffix('.')}; from here on {from_here_on}."
    return told[name]


def _type(field: Field[Any]) -> str:
    kind = str(field.type).removesuffix(" | None")
    if kind in _TYPES:
        return _TYPES[kind]
    return "a list of texts" if kind.startswith("tuple") else "a table"


def _default(value: Any) -> str:
    if value is None or value is MISSING or value in ("", (), {}):
        return ""
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, str):
        return code(f'"{value}"')
    return code(f"{value:_}" if isinstance(value, int) and value >= 10_000 else value)


def _contexts() -> list[tuple[str, str]]:
    """Return what the head of `infra/app.py` lists."""
    text = ast.get_docstring(ast.parse((ROOT / "infra" / "app.py").read_text(encoding="utf-8"))) or ""
    items = re.findall(r"^- (`\w+`): ((?:.+\n?)(?:  .+\n?)*)", text, re.MULTILINE)
    return [(name, meaning) for name, meaning in items]
