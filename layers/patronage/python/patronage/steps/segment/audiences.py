"""Who was contacted by an export of a segment, and who was held out, kept so that its effect can be told.

A Parquet table of `customer_id` and `group`, and a record of the export beside it, below `lake/audiences/`:
personal data, which an erasure knows of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.queries import literal
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.stores.objects import ObjectStore

AUDIENCES = "lake/audiences/"
MEMBERS = ".parquet"
_RECORD = ".json"
_CSV = "delim = ',', quote = '\"', escape = '\"', comment = '', skip = 0"
_TOLD = ("segment_id", "channel", "by", "exported", "held_out")


def keep_audience(
    engine: DuckEngine,
    store: ObjectStore,
    report: Mapping[str, Any],
    groups: Path,
    *,
    run_id: str,
    held_out_share: float,
    now: datetime,
) -> None:
    """Keep who is in which group of an export; an export of which nobody could be contacted leaves nothing.

    Parameters
    ----------
    engine : DuckEngine
        Writes the table.
    store : ObjectStore
        Where it is kept.
    report : mapping
        What `exports` reports.
    groups : Path
        CSV of ``customer_id`` and ``group``, exported or held_out.
    run_id : str
        The run whose segments were exported.
    held_out_share : float
        The share of people who are held out.
    now : datetime
        When the list was written; contact is counted from here on.
    """
    if not report["exported"]:
        return
    name = f"{now:%Y%m%dT%H%M%S.%fZ}-{report['by']}-{report['segment_id']}-{report['channel']}"
    with store.writing(f"{AUDIENCES}{name}{MEMBERS}") as path:
        columns = "columns = {'customer_id': 'VARCHAR', 'group': 'VARCHAR'}"
        form = f"auto_detect = false, header = true, {columns}, {_CSV}"
        engine.parquet(f"SELECT * FROM read_csv({literal(str(groups))}, {form})", path)
    record = {
        "export": name,
        "run_id": run_id,
        "exported_at": now.isoformat(),
        "held_out_share": held_out_share,
        **{key: report[key] for key in _TOLD},
    }
    write_json(store, f"{AUDIENCES}{name}{_RECORD}", record)


def audiences(store: ObjectStore) -> list[dict[str, Any]]:
    """Return the records of all exports, the oldest first."""
    return [read_json(store, key) for key in sorted(store.keys(AUDIENCES)) if key.endswith(_RECORD)]


def members_key(export: str) -> str:
    """Return where the customers of an export lie."""
    return f"{AUDIENCES}{export}{MEMBERS}"
