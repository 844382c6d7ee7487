"""The rules that an upload is judged by, as `settings/quality.toml` writes them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from patronage.logic.ingest.quality_measures import MEASURES
from patronage.logic.settings_text import below, located, toml_of
from patronage.logic.settings_values import is_number, refused
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SETTINGS = "settings/quality.toml"
"""Where a lake keeps its own rules."""
SEVERITIES = ("alarm", "warning")
"""Both are reported and counted; only an alarm writes to a person."""
OF_RULES = "quality-settings"
"""Stands for a rule where the rules themselves are at fault."""
MOST_TRAILING = 30
"""So many uploads of a table are remembered."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    Parameters
    ----------
    name : str
        Its own name.
    table, column : str
        What it is about; ``*`` for each.
    measure : str
        One of `MEASURES`.
    above, below : float, optional
        It is broken by a value above or below.
    severity : str
        One of `SEVERITIES`.
    least_rows : int
        With fewer rows it is not judged.
    """

    name: str
    table: str
    measure: str
    column: str = ""
    above: float | None = None
    below: float | None = None
    severity: str = "warning"
    least_rows: int

    def is_broken_by(self, value: float) -> bool:
        """Say whether a value lies beyond a limit."""
        return self.is_above(value) or (self.below is not None and value < self.below)

    def is_above(self, value: float) -> bool:
        """Say whether a value lies above what is allowed."""
        return self.above is not None and value > self.above

    def limit_beyond(self, value: float) -> float | None:
        """Return the limit that a value lies beyond."""
        return self.above if self.is_above(value) else self.below

    def says(self, value: float, column: str) -> str:
        """Return a sentence with the value, the limit that it breaks and the next step."""
        measure = MEASURES[self.measure]
        limit = measure.limit.format(self.limit_beyond(value))
        bound = f"at most {limit}" if self.is_above(value) else f"at least {limit}"
        said = measure.says.format(value=value, column=column)
        return f"{said}; the rule {self.name} allows {bound}; {measure.advice}"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All rules, and what they are compared with.

    Parameters
    ----------
    trailing_uploads, least_uploads : int
        How many uploads before are looked at, and with how many there is a comparison.
    least_rows : int
        Of rules that do not give their own.
    rules : tuple of Rule
        In the order of the file.
    """

    trailing_uploads: int
    least_uploads: int
    least_rows: int
    rules: tuple[Rule, ...]

    def of_table(self, table: str) -> tuple[Rule, ...]:
        """Return the rules that are about a table."""
        return tuple(rule for rule in self.rules if rule.table in {table, "*"})

    def named_columns(self, table: str, measure: str) -> set[str]:
        """Return the columns of a table that rules about a measure name."""
        known = {column.name for column in TABLES[table].columns}
        return known & {rule.column for rule in self.of_table(table) if rule.measure == measure}

    def changing_columns(self, table: str) -> set[str]:
        """Return the columns whose distribution some rule is about."""
        asked = {rule.column for rule in self.of_table(table) if rule.measure == "change"}
        known = {column.name for column in TABLES[table].columns if column.is_amount}
        return known if "*" in asked else known & asked


def parse_rules(text: str | bytes = "") -> Rules:
    """Read a lake's own rules over the shipped ones.

    Parameters
    ----------
    text : str or bytes
        TOML of `settings/quality.toml`; empty for the shipped rules.

    Raises
    ------
    BadInput
        Something in it is wrong; the message says where, what, and what is allowed.
    """
    if not text:
        return _shipped()
    given = toml_of(text, SETTINGS)
    values = tomllib.loads(shipped_text())
    rules = {rule["name"]: rule for rule in values["rules"]}
    with located(text, SETTINGS):
        own = _own(given.pop("rules", []))
        for name, rule in own.items():
            rules[name] = rules.get(name, {}) | rule
        return _checked({**values, **given, "rules": list(rules.values())}, [*own])


def _own(rules: Any) -> dict[str, dict[str, Any]]:
    """Return a lake's own rules by their names, in the order of its file."""
    own: dict[str, dict[str, Any]] = {}
    if not isinstance(rules, list):
        said = f"rules = {rules!r} must be tables, each below its own [[rules]]"
        raise refused(SETTINGS, "rules", said, rule="type")
    for number, rule in enumerate(rules):
        name = rule.get("name") if isinstance(rule, dict) else None
        if not isinstance(name, str) or not name:
            said = "each [[rules]] needs a name, such as 'few-orders'"
            raise refused(SETTINGS, f"rules.{number}", said, rule="required")
        if name == OF_RULES:
            said = f"the name {OF_RULES} is taken; give the rule another"
            raise refused(SETTINGS, f"rules.{number}.name", said, rule="taken")
        if name in own:
            said = f"the rule {name} stands here once more; write all of it below one [[rules]]"
            raise refused(SETTINGS, f"rules.{number}.name", said, rule="taken")
        own[name] = rule
    return own


@cache
def _shipped() -> Rules:
    return _checked(tomllib.loads(shipped_text()), [])


def shipped_text() -> str:
    """Return the TOML of the shipped rules."""
    return resources.files("patronage.logic.ingest").joinpath("quality.toml").read_text(encoding="utf-8")


def _checked(values: Mapping[str, Any], own: Sequence[str]) -> Rules:
    """Check all rules; `own` are the names of those that the lake's file writes, in its order."""
    whole = {name: value for name, value in values.items() if name != "rules"}
    for name, value in whole.items():
        if name not in {each.name for each in fields(Rules)}:
            known = "trailing_uploads, least_uploads, least_rows, [[rules]]"
            raise refused(SETTINGS, name, f"{name} is unknown; known are {known}", rule="known")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            said = f"{name} = {value!r} must be a whole number of at least 1"
            raise refused(SETTINGS, name, said, rule="range")
    trailing = whole["trailing_uploads"]
    if trailing > MOST_TRAILING:
        said = f"trailing_uploads = {trailing}; at most {MOST_TRAILING} are remembered"
        raise refused(SETTINGS, "trailing_uploads", said, rule="range")
    rules = []
    for rule in values["rules"]:
        with below(f"rules.{own.index(rule['name'])}" if rule["name"] in own else "rules"):
            if _is_enabled(rule):
                rules.append(_rule(rule, whole["least_rows"]))
    return Rules(**whole, rules=tuple(rules))


def _is_enabled(rule: Mapping[str, Any]) -> bool:
    enabled = rule.get("enabled", True)
    if not isinstance(enabled, bool):
        said = f"enabled = {enabled!r} must be true or false"
        raise refused(_place(rule), "enabled", said, rule="type")
    return enabled


def _place(rule: Mapping[str, Any]) -> str:
    return f"{SETTINGS}, rule {rule['name']}"


def _rule(values: Mapping[str, Any], least_rows: int) -> Rule:
    place = _place(values)
    known = {each.name for each in fields(Rule)}
    given = {name: value for name, value in values.items() if name != "enabled"}
    for name, value in given.items():
        if name not in known:
            said = f"{name} is unknown; known are {', '.join(sorted({*known, 'enabled'}))}"
            raise refused(place, name, said, rule="known")
        _check_kind(place, name, value)
    measure = _one_of(place, "measure", given, MEASURES)
    table = _one_of(place, "table", given, ("*", *TABLES))
    _one_of(place, "severity", {"severity": "warning", **given}, SEVERITIES)
    _check_column(place, given.get("column", ""), measure, table)
    if given.get("above") is None and given.get("below") is None:
        raise refused(place, "above", "give it a limit, above or below", rule="required")
    return Rule(**{"least_rows": least_rows, **given})


def _check_kind(place: str, name: str, value: object) -> None:
    if name in {"above", "below"} and not is_number(value):
        raise refused(place, name, f"{name} = {value!r} must be a number", rule="type")
    if name == "least_rows" and not (is_number(value) and isinstance(value, int) and value >= 0):
        said = f"least_rows = {value!r} must be a whole number, 0 or more"
        raise refused(place, name, said, rule="range")
    if name in {"table", "column", "measure", "severity"} and not isinstance(value, str):
        raise refused(place, name, f"{name} = {value!r} must be a text", rule="type")


def _one_of(place: str, name: str, given: Mapping[str, Any], known: Collection[str]) -> str:
    value = given.get(name)
    if value not in known:
        said = f"{name} = {value!r} is none of {', '.join(known)}"
        raise refused(place, name, said, rule="known")
    return str(value)


def _check_column(place: str, column: str, measure: str, table: str) -> None:
    if not MEASURES[measure].is_of_column:
        if column:
            said = f"{measure} is of the whole upload; leave column out"
            raise refused(place, "column", said, rule="known")
        return
    tables = TABLES.values() if table == "*" else (TABLES[table],)
    known = {each.name for one in tables for each in one.columns}
    if column != "*" and column not in known:
        said = f"column = {column!r} is none of *, {', '.join(sorted(known))}"
        raise refused(place, "column", said, rule="known")
