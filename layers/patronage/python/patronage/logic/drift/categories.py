"""Categories of two sides laid beside each other: the common ones by name, the others together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

RARE, UNSEEN = "(rarer ones)", "(not in the reference)"
MOST_CATEGORIES = 100
FEWEST_UNITS = 5
"""A category of fewer orders, visits or customers of the reference is kept without its name: it may be that
of a single person."""


def categories_beside(
    reference: Mapping[str, int], current: Mapping[str, int], units: Mapping[str, int] | None = None
) -> list[tuple[str, int, int]]:
    """Name the commonest categories of the reference; the others are counted together, seen or unseen.

    Parameters
    ----------
    reference, current : mapping
        Rows by name.
    units : mapping, optional
        By name of how many orders or visits the rows of the reference are; by default each stands alone.

    Returns
    -------
    list of tuple
        The name, and the rows of the reference and of now; sorted by name, `RARE` and `UNSEEN` last.

    Examples
    --------
    >>> categories_beside({"web": 60, "fax": 1}, {"web": 50, "app": 9})
    [('web', 60, 50), ('(rarer ones)', 1, 0), ('(not in the reference)', 0, 9)]
    """
    alone = reference if units is None else units
    commonest = sorted(reference, key=lambda name: (-reference[name], name))[:MOST_CATEGORIES]
    named = sorted(name for name in commonest if alone[name] >= FEWEST_UNITS)
    rows = [(name, reference[name], current.get(name, 0)) for name in named]
    rare = reference.keys() - set(named)
    before, now = (sum(side.get(name, 0) for name in rare) for side in (reference, current))
    unseen = sum(count for name, count in current.items() if name not in reference)
    if before:
        rows.append((RARE, before, now))
    if unseen:
        rows.append((UNSEEN, 0, unseen))
    return rows
