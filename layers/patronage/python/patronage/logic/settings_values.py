"""Settings that a shop writes beside its files: plain values by name, held to the fields of a dataclass."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_CALLED = {str: "a text", int: "a whole number", float: "a number", dict: "a table"}


def check_values(values: Mapping[str, Any], usual: Any, place: str) -> None:
    """Refuse a value whose name is no field, or whose type is not that of the field.

    Parameters
    ----------
    values : mapping
        Settings by name, as TOML or JSON gives them.
    usual : dataclass
        The settings as they usually are.
    place : str
        Where the values stand, for the message.

    Raises
    ------
    BadField
        The message names the place, the name, the value and the rule.
    """
    kinds = {each.name: type(getattr(usual, each.name)) for each in fields(usual)}
    for name, value in values.items():
        check_name(name, kinds, place)
        kind = kinds[name]
        if isinstance(value, bool) or not (is_number(value) if kind is float else isinstance(value, kind)):
            raise wrong(place, name, value, f"be {_CALLED[kind]}", broken="type")


def check_name(name: str, known: Iterable[str], place: str, *, what: str = "setting") -> None:
    """Refuse a name that is not known, with what is near it."""
    if name not in (names := sorted(known)):
        near = get_close_matches(name, names, n=1) or names
        raise refused(place, name, f"{name} is no {what}; near it: {', '.join(near)}", rule="known")


def is_number(value: object) -> bool:
    """Say whether a value is a finite number that a float can hold; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def check_ranges(options: Any, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Refuse a number outside of its range, both ends of which are allowed."""
    for name, (least, most) in ranges.items():
        if not least <= getattr(options, name) <= most:
            message = f"{name} = {getattr(options, name)!r} must lie between {least} and {most}"
            raise BadField(message, field=name, rule="range")


@contextmanager
def told_of(place: str) -> Iterator[None]:
    """Say of options that do not know their file where they stand, and what to do."""
    try:
        yield
    except BadField as exc:
        message = f"{place}: {exc}; correct it or leave it out"
        raise BadField(message, field=exc.field, rule=exc.rule) from exc


def wrong(place: str, name: str, value: object, rule: str, *, broken: str = "range") -> BadField:
    """Return the error of a value that breaks a rule; `broken` is what programs call it."""
    return refused(place, name, f"{name} = {value!r} must {rule}; correct it or leave it out", rule=broken)


def refused(place: str, name: str, said: str, *, rule: str) -> BadField:
    """Return the error of what is said of a setting; `rule` is the broken rule's name for programs."""
    return BadField(f"{place}: {said}", field=name, rule=rule)
