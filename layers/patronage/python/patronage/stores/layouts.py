"""Which layout a lake says that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.errors import NotFound
from patronage.logic.layout import FIRST, LAKE, known_layout
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from patronage.stores.objects import ObjectStore

KEY = "lake/layout.json"


def lake_layout(store: ObjectStore) -> int:
    """Return a lake's layout; one that does not say has the first.

    Raises
    ------
    UnknownLayout
        It is newer than this code.
    """
    try:
        document = read_json(store, KEY)
    except NotFound:
        return FIRST
    except ValueError:
        document = None
    found = document.get("layout") if isinstance(document, dict) else document
    return known_layout(found, newest=LAKE, of=KEY)


def say_layout(store: ObjectStore, layout: int) -> None:
    """Write that a lake has a layout."""
    write_json(store, KEY, {"layout": layout})
