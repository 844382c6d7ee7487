"""A value of a request that must be one of a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.errors import BadField

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_choice(name: str, value: str, known: Iterable[str]) -> None:
    """Refuse a value that is none of those known.

    Raises
    ------
    BadField
        The message names the value and all that are known.
    """
    listed = list(known)
    if value not in listed:
        raise BadField(
            f"{name} is {value!r}; it must be one of {', '.join(listed)}", field=name, rule="one-of"
        )
