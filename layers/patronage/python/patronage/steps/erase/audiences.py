"""Take a customer out of the records of who was contacted and who was held out by exports of segments."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import literal
from patronage.steps.segment.audiences import AUDIENCES, MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from patronage.settings import Shop
    from patronage.steps.erase.subject import Subject
    from patronage.stores.objects import ObjectStore

_COLUMNS = ("customer_id", "group")


def audience_keys(store: ObjectStore) -> list[str]:
    """List the tables of customers."""
    return [key for key in store.keys(AUDIENCES) if key.endswith(MEMBERS)]


def erase_from_audiences(
    keys: Iterable[str], subject: Subject, store: ObjectStore, shop: Shop
) -> Counter[str]:
    """Write the tables that hold the customer anew without that row.

    Returns
    -------
    Counter
        ``rows`` that went.
    """
    counts: Counter[str] = Counter()
    with DuckEngine(shop) as engine:
        for key in keys:
            source, rows = _rows(engine, store.staged(key), subject)
            if rows:
                with store.writing(key) as path:
                    engine.parquet(f"SELECT * FROM {source} WHERE NOT {subject.rows(_COLUMNS)}", path)
                counts["rows"] += rows
    return counts


def left_in_audiences(keys: Iterable[str], subject: Subject, store: ObjectStore, shop: Shop) -> int:
    """Count the tables that hold the customer."""
    with DuckEngine(shop) as engine:
        return sum(1 for key in keys if _rows(engine, store.staged(key), subject)[1])


def _rows(engine: DuckEngine, path: Path, subject: Subject) -> tuple[str, int]:
    source = f"read_parquet({literal(str(path))})"
    found = engine.row(f"SELECT COUNT(*) AS n FROM {source} WHERE {subject.rows(_COLUMNS)}")
    return source, int(found["n"])
