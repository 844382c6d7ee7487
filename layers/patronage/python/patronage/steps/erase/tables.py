"""Take a customer's rows out of the lake's tables, and then what the tables remember of them."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.errors import TryAgain
from patronage.logic.queries import literal
from patronage.logic.tables import TABLES
from patronage.steps.erase.reports import redacted_report
from patronage.stores.forgetting import forget

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.logic.parts import Part
    from patronage.settings import Shop
    from patronage.steps.erase.subject import Subject
    from patronage.stores.lake import Lake, LakeFile, Snapshot
    from patronage.stores.objects import ObjectStore

PERSONAL = tuple(name for name, table in TABLES.items() if "customer_id" in {c.name for c in table.columns})
"""The canonical tables that hold rows of customers."""
_COMMIT_TRIES = 50


def erase_rows(table: str, subject: Subject, lake: Lake, shop: Shop) -> Counter[str]:
    """Write the files of a table that hold the customer anew without those rows, in one commit.

    Returns
    -------
    Counter
        ``rows`` that went, of so many ``files``.
    """
    return _patiently(lambda: _erase_rows(table, subject, lake, shop))


def rows_left(table: str, subject: Subject, lake: Lake, shop: Shop) -> int:
    """Count the customer's rows in the newest version of a table."""
    snapshot = lake.snapshot(table)
    with DuckEngine(shop) as engine:
        return sum(
            _count(engine, snapshot.staged(file), table, subject)
            for file in _that_may_hold(snapshot, subject)
        )


def forget_rows(table: str, subject: Subject, store: ObjectStore) -> Counter[str]:
    """Delete the files of a table's older versions, and what its log says of their rows."""

    def redact(report: dict[str, Any]) -> dict[str, Any]:
        return redacted_report(report, subject)

    return _patiently(lambda: Counter(old_files=forget(store, table, redact=redact)))


def _patiently(work: Callable[[], Counter[str]]) -> Counter[str]:
    for _ in range(_COMMIT_TRIES):
        try:
            return work()
        except TryAgain:
            continue
    raise TryAgain(f"{_COMMIT_TRIES} other commits came first; the same step may be repeated")


def _erase_rows(table: str, subject: Subject, lake: Lake, shop: Shop) -> Counter[str]:
    snapshot = lake.snapshot(table)
    counts: Counter[str] = Counter()
    parts: list[Part] = []
    removed: list[LakeFile] = []
    with tempfile.TemporaryDirectory(prefix="patronage-erase-") as name, DuckEngine(shop) as engine:
        for file in _that_may_hold(snapshot, subject):
            path = snapshot.staged(file)
            rows = _count(engine, path, table, subject)
            if not rows:
                continue
            counts += Counter(rows=rows, files=1)
            removed.append(file)
            if rows < file.rows:
                sql = f"SELECT * FROM {_source(path)} WHERE NOT {_theirs(table, subject)}"
                parts.append(engine.part(sql, Path(name) / f"rest-{len(parts)}.parquet"))
        if removed:
            snapshot.rewrite(parts, removed=removed, named="rest")
    return counts


def _that_may_hold(snapshot: Snapshot, subject: Subject) -> list[LakeFile]:
    """Return the files whose bounds do not say that the customer has no row in them."""
    if snapshot.name == "events" and (subject.session_ids or subject.order_ids):
        return snapshot.contents()
    if snapshot.name == "orders" and subject.order_ids:  # a refund names the order, and no customer
        return snapshot.contents()
    return [
        file
        for file in snapshot.contents()
        if (file.customer_low is None or file.customer_low <= subject.customer_id)
        and (file.customer_high is None or file.customer_high >= subject.customer_id)
    ]


def _count(engine: DuckEngine, path: Path, table: str, subject: Subject) -> int:
    found = engine.row(f"SELECT COUNT(*) AS n FROM {_source(path)} WHERE {_theirs(table, subject)}")
    return int(found["n"])


def _source(path: Path) -> str:
    return f"read_parquet({literal(str(path))})"


def _theirs(table: str, subject: Subject) -> str:
    return subject.rows({column.name for column in TABLES[table].columns})
