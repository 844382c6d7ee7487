"""Cohorts: retention, revenue and lifetime value by the week, month and quarter of the first purchase."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.logic.queries import query
from patronage.logic.segments.cohorts import MOST_CELLS, AsOf, cohort_table
from patronage.logic.segments.periods import PERIODS
from patronage.logic.segments.slices import MOST_SLICES, checked_slice, slice_label
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.steps.segment.slices import slice_customers
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.stores.lake import Lake

_CELLS = "SELECT period, cohort, begins, active, net_minor FROM cohort_cells ORDER BY period, cohort, begins"
_CELLS_OF_SLICE = MOST_CELLS // (MOST_SLICES + 2)


def cohorts(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write the cohorts by week, month and quarter, and every cell of them as Parquet.

    The keys are ``cohorts/week.json``, ``month.json``, ``quarter.json`` and ``cells.parquet`` of the run.
    """
    manifest = Manifest.load(lake.store, run_id)
    as_of = calendar_of(manifest)
    with pinned_engine(manifest, lake) as engine:
        engine.table("customer_days", query("cohort_customer_days"))
        _make_cells(engine)
        tables = {period: cohort_table(_cells(engine, period), period, as_of) for period in PERIODS}
        with lake.store.writing(f"runs/{run_id}/cohorts/cells.parquet") as path:
            engine.parquet(_CELLS, path)
    for period, table in tables.items():
        write_json(lake.store, f"runs/{run_id}/cohorts/{period}.json", _headed(table, period, manifest))
    return {"cohorts": len(tables["month"]["cohorts"]), "customers": tables["month"]["customers"]}


def sliced(run_id: str, lake: Lake, by: str = "country") -> dict[str, Any]:
    """Write the cohorts of each slice of the customers, by week, month and quarter.

    Parameters
    ----------
    run_id, lake
        The run, and what it reads and writes.
    by : str
        One of `patronage.logic.segments.slices.SLICES`. The values that most customers have get a slice of
        their own, the rest share one.

    Returns
    -------
    dict
        How many ``slices`` there are; the keys are ``cohorts/month-by-country.json`` and the like.
    """
    manifest = Manifest.load(lake.store, run_id)
    as_of = calendar_of(manifest)
    with pinned_engine(manifest, lake, "customers") as engine:
        values = slice_customers(engine, checked_slice(by))
        engine.table("unsliced_days", query("cohort_customer_days"))
        engine.table("customer_days", query("cohort_sliced_days"))
        _make_cells(engine)
        found = engine.rows("SELECT DISTINCT slice FROM cohort_cells ORDER BY slice < 0, slice")
        numbers = [row["slice"] for row in found]
        for period in PERIODS:
            tables = [
                slice_label(number, values)
                | cohort_table(_cells(engine, period, number), period, as_of, most_cells=_CELLS_OF_SLICE)
                for number in numbers
            ]
            headed = _headed({"by": by, "slices": tables}, period, manifest)
            write_json(lake.store, f"runs/{run_id}/cohorts/{period}-by-{by}.json", headed)
    return {"by": by, "slices": len(numbers)}


def calendar_of(manifest: Manifest) -> AsOf:
    """Return how far the shop's calendar has come in a run."""
    today = date.fromisoformat(manifest.today)
    tomorrow = today + timedelta(days=1)
    local = manifest.as_of.astimezone(ZoneInfo(manifest.shop.timezone)).date()
    return AsOf(today=today, complete_to=tomorrow if local >= tomorrow else today)


def _make_cells(engine: Engine) -> None:
    engine.table("cohort_days", query("cohort_days"))
    engine.table("cohort_cells", query("cohort_cells"))


def _cells(engine: Engine, period: str, number: int = 0) -> list[dict[str, Any]]:
    return engine.rows(
        "SELECT cohort, begins, active, net_minor FROM cohort_cells "
        "WHERE period = $period AND slice = $slice ORDER BY cohort, begins",
        period=period,
        slice=number,
    )


def _headed(table: dict[str, Any], period: str, manifest: Manifest) -> dict[str, Any]:
    return {
        "period": period,
        "as_of": manifest.as_of.isoformat(),
        "currency": manifest.shop.currency,
        **table,
    }
