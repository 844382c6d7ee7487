"""The layouts of the lake and of the serving table: which there were, and how far this code knows them.

A layout is how things are kept: a whole number that grows with each change that an older reader could not
live with. What is there says which it has, and what says nothing has the first. `steps.migrate` brings a lake
up to date; a generation of the serving table keeps its layout while it may be live, and the next run writes
the newest.

The hot path imports this, so nothing heavy is imported with it.
"""

from __future__ import annotations

from patronage.errors import TryAgain

LAKE_LAYOUTS = {
    1: "tables, reports, runs, models, settings and erasures, as docs/lake.md lists them",
    2: "each table has every column of the schema; events gained recommendation_id, placement, position and "
    "is_simulated",
}
"""By number, what each layout of a lake is, or changed."""

SERVING_LAYOUTS = {
    1: "items of a generation, told apart by kind and run, and the pointer's entry of a family"
}
"""By number, what each layout of a generation is, or changed. A packed list has a version of its own."""

FIRST = 1
LAKE = max(LAKE_LAYOUTS)
SERVING = max(SERVING_LAYOUTS)


class UnknownLayout(TryAgain):
    """What is there was laid out by a newer version; while that is being deployed, the next try meets it."""


def known_layout(found: object, *, newest: int, of: str) -> int:
    """Return the layout that something says it has.

    Parameters
    ----------
    found : object
        What it says.
    newest : int
        The newest that this code knows.
    of : str
        Of what, for the message.

    Raises
    ------
    UnknownLayout
        It is newer, or no layout at all.
    """
    if isinstance(found, bool) or not isinstance(found, int) or found < FIRST:
        raise UnknownLayout(f"{of} says layout {found!r}, which is none; deploy the version that wrote it")
    if found > newest:
        raise UnknownLayout(
            f"{of} has layout {found}, and this version of Patronage knows {newest} at most; "
            "deploy the version that wrote it, or a later one (docs/upgrades.md)"
        )
    return found
