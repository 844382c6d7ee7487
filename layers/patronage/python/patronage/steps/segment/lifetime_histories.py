"""The part of lifetime value that reads the lake: orders in, one purchase history a buyer out."""

from __future__ import annotations

from array import array
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from patronage.logic.arrays import write_npz
from patronage.logic.queries import query
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.stores.lake import Lake

LONGEST_HOLDOUT_DAYS = 365
MONEY = ("mean_value", "calibration_mean_value", "later_value")
COUNTS = (
    "frequency",
    "recency",
    "age",
    "occasions",
    "calibration_frequency",
    "calibration_recency",
    "calibration_age",
    "calibration_occasions",
    "later_purchases",
)
"""What `lifetime_histories.sql` says of a buyer in whole numbers, times in days."""


def lifetime_histories(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write the purchase histories of the buyers as arrays, rows by the buyers' idx.

    The last half of the shop's days, at most a year, is the holdout: the calibration period ends before
    it, and its model is held against what came later. Of a buyer who came later, calibration_occasions is
    0. Money is in minor units; ``holdout_days`` is an array of one number.

    Returns
    -------
    dict
        How many ``customers`` and ``holdout_days`` there are.
    """
    manifest = Manifest.load(lake.store, run_id)
    with pinned_engine(manifest, lake) as engine:
        engine.table("buyers", query("buyers"))
        engine.table("lifetime_days", query("lifetime_days"))
        days = _holdout_days(engine, manifest.today)
        until = (date.fromisoformat(manifest.today) - timedelta(days=days)).isoformat()
        engine.table("lifetime_histories", query("lifetime_histories"), today=manifest.today, until=until)
        typecodes = dict.fromkeys(COUNTS, "i") | dict.fromkeys(MONEY, "d")
        columns = engine.numbers(
            f"SELECT {', '.join(typecodes)} FROM lifetime_histories ORDER BY idx", typecodes
        )
    columns["holdout_days"] = array("i", [days])
    lake.store.write_bytes(f"runs/{run_id}/features/lifetime.npz", write_npz(columns, compressed=False))
    return {"customers": len(columns["frequency"]), "holdout_days": days}


def _holdout_days(engine: Engine, today: str) -> int:
    first = engine.row("SELECT CAST(MIN(day) AS VARCHAR) AS day FROM lifetime_days WHERE occasion = 1")["day"]
    if first is None:
        return 0
    return min((date.fromisoformat(today) - date.fromisoformat(first)).days // 2, LONGEST_HOLDOUT_DAYS)
