"""Show the lake's tables to analysts: register them in the Glue catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.glue import entry_of
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.tables import Table
    from patronage.stores.glue import GlueDatabase
    from patronage.stores.objects import ObjectStore


def register(
    store: ObjectStore, database: GlueDatabase, *, tables: Mapping[str, Table] = TABLES
) -> dict[str, Any]:
    """Register every table that the lake holds; a second time changes nothing.

    Returns
    -------
    dict
        ``database``, and in ``tables`` what became of each table: ``created``, ``updated`` or ``unchanged``.
    """
    entries = {
        store.uri(f"lake/{name}/"): entry_of(table)
        for name, table in tables.items()
        if store.keys(f"lake/{name}/_delta_log/")
    }
    return {"database": database.name, "tables": database.register(entries)}
