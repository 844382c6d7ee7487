"""The rules that an upload is judged by, as `settings/quality.toml` writes them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.logic.ingest.quality_measures import MEASURES
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def parse_rules(text: str = "") -> Rules:
    """Read a lake's own rules over the shipped ones.

    Parameters
    ----------
    text : str
        TOML of `settings/quality.toml`; empty for the shipped rules.

    Raises
    ------
    BadInput
        Something in it is wrong; the message says what, and what is allowed.
    """
    if not text:
        return _shipped()
    given = _toml(text)
    values = _toml(shipped_text())
    rules = {rule["name"]: rule for rule in values["rules"]}
    own = given.pop("rules", [])
    if not isinstance(own, list):
        raise BadInput(f"{SETTINGS}: rules = {own!r} must be tables, each below its own [[rules]]")
    for rule in own:
        name = rule.get("name") if isinstance(rule, dict) else None
        if not isinstance(name, str) or not name:
            raise BadInput(f"{SETTINGS}: each [[rules]] needs a name, such as 'few-orders'")
        if name == OF_RULES:
            raise BadInput(f"{SETTINGS}: the name {OF_RULES} is taken; give the rule another")
        rules[name] = rules.get(name, {}) | rule
    return _checked({**values, **given, "rules": list(rules.values())})


@cache
def _shipped() -> Rules:
    return _checked(_toml(shipped_text()))


def shipped_text() -> str:
    """Return the TOML of the shipped rules."""
    return resources.files("patronage.logic.ingest").joinpath("quality.toml").read_text(encoding="utf-8")


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadInput(f"{SETTINGS} is no TOML ({exc}); mend it and upload it again") from exc


def _checked(values: Mapping[str, Any]) -> Rules:
    whole = {name: value for name, value in values.items() if name != "rules"}
    for name, value in whole.items():
        if name not in {each.name for each in fields(Rules)}:
            known = "trailing_uploads, least_uploads, least_rows, [[rules]]"
            raise BadInput(f"{SETTINGS}: {name} is unknown; known are {known}")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise BadInput(f"{SETTINGS}: {name} = {value!r} must be a whole number of at least 1")
    trailing = whole["trailing_uploads"]
    if trailing > MOST_TRAILING:
        raise BadInput(f"{SETTINGS}: trailing_uploads = {trailing}; at most {MOST_TRAILING} are remembered")
    listed = [rule for rule in values["rules"] if _is_enabled(rule)]
    return Rules(**whole, rules=tuple(_rule(rule, whole["least_rows"]) for rule in listed))


def _is_enabled(rule: Mapping[str, Any]) -> bool:
    enabled = rule.get("enabled", True)
    if not isinstance(enabled, bool):
        raise BadInput(f"{SETTINGS}, rule {rule['name']}: enabled = {enabled!r} must be true or false")
    return enabled


def _rule(values: Mapping[str, Any], least_rows: int) -> Rule:
    place = f"{SETTINGS}, rule {values['name']}"
    known = {each.name for each in fields(Rule)}
    given = {name: value for name, value in values.items() if name != "enabled"}
    for name, value in given.items():
        if name not in known:
            raise BadInput(f"{place}: {name} is unknown; known are {', '.join(sorted({*known, 'enabled'}))}")
        _check_kind(place, name, value)
    measure = _one_of(place, "measure", given.get("measure"), MEASURES)
    table = _one_of(place, "table", given.get("table"), ("*", *TABLES))
    _one_of(place, "severity", given.get("severity", "warning"), SEVERITIES)
    _check_column(place, given.get("column", ""), measure, table)
    if given.get("above") is None and given.get("below") is None:
        raise BadInput(f"{place}: give it a limit, above or below")
    return Rule(**{"least_rows": least_rows, **given})


def _check_kind(place: str, name: str, value: object) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if name in {"above", "below"} and not is_number:
        raise BadInput(f"{place}: {name} = {value!r} must be a number")
    if name == "least_rows" and not (is_number and isinstance(value, int) and value >= 0):
        raise BadInput(f"{place}: least_rows = {value!r} must be a whole number, 0 or more")
    if name in {"table", "column", "measure", "severity"} and not isinstance(value, str):
        raise BadInput(f"{place}: {name} = {value!r} must be a text")


def _one_of(place: str, name: str, value: Any, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    if value not in known:
        raise BadInput(f"{place}: {name} = {value!r} is none of {', '.join(known)}")
    return str(value)


def _check_column(place: str, column: str, measure: str, table: str) -> None:
    if not MEASURES[measure].is_of_column:
        if column:
            raise BadInput(f"{place}: {measure} is of the whole upload; leave column out")
        return
    tables = TABLES.values() if table == "*" else (TABLES[table],)
    known = {each.name for one in tables for each in one.columns}
    if column != "*" and column not in known:
        raise BadInput(f"{place}: column = {column!r} is none of *, {', '.join(sorted(known))}")
