"""Stability: who moved between segments since the run before, and each customer's segments over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.engines.opening import open_engine
from patronage.errors import BadInput
from patronage.logic.queries import literal, query
from patronage.logic.segments.migration import totals_of
from patronage.steps.manifest import Manifest
from patronage.steps.scanning import scan_objects
from patronage.steps.segment.previous import HISTORY, show_file, show_previous, standing_key
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore


def stability(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write who moved since the run before, and each customer's segments over time.

    Writes `segments/migration.json`, as `migration` gives it (where there is no run before, ``from_run`` is
    null and everybody is new), and `segments/history.parquet` (customer_id, as_of, segment_id): a row a
    customer and change, with the shop's day of the run that first found the customer there.
    """
    store = lake.store
    manifest = Manifest.load(store, run_id)
    with open_engine(manifest.shop) as engine:
        before = show_previous(manifest, store, engine)
        engine.view("earlier_customers", "FROM previous_customers")
        scan_objects("later_customers", [standing_key(run_id, store)], store, engine)
        found = _matrix(engine, before, manifest)
        _show_history(engine, before, store)
        engine.table("customer_history", query("history_extended"), today=manifest.today)
        with store.writing(f"runs/{run_id}/segments/history.parquet") as path:
            engine.parquet("FROM customer_history ORDER BY customer_id, as_of", path)
    write_json(store, f"runs/{run_id}/segments/migration.json", found)
    return {kind: found["totals"][f"{kind}_customers"] for kind in ("stayed", "moved", "new", "gone")}


def migration(earlier: str, later: str, store: ObjectStore) -> dict[str, Any]:
    """Hold the segments of any two runs against each other.

    Parameters
    ----------
    earlier, later : str
        The runs.
    store : ObjectStore
        Where they lie.

    Returns
    -------
    dict
        ``from_run``, ``to_run``, ``from_as_of``, ``to_as_of`` (shop days), ``currency``, ``moves`` (the
        cells of the matrix, as `totals_of` takes them) and ``totals`` (as it gives them).

    Raises
    ------
    NotFound
        A run has no manifest or no segments.
    BadInput
        The runs count in two currencies.
    """
    before, manifest = (Manifest.load(store, run_id) for run_id in (earlier, later))
    if before.shop.currency != manifest.shop.currency:
        raise BadInput(
            f"run {earlier} counts in {before.shop.currency} and run {later} in {manifest.shop.currency}; "
            "compare two runs of one currency"
        )
    with open_engine(manifest.shop) as engine:
        scan_objects("earlier_customers", [standing_key(earlier, store)], store, engine)
        scan_objects("later_customers", [standing_key(later, store)], store, engine)
        return _matrix(engine, before, manifest)


def _show_history(engine: Engine, before: Manifest | None, store: ObjectStore) -> None:
    """Show `earlier_history`: the one that the run before wrote, else what is known of that run itself."""
    engine.show_none("earlier_history", HISTORY)
    if before is None:
        return
    key = f"runs/{before.run_id}/segments/history.parquet"
    if not show_file("earlier_history", key, HISTORY, store, engine):
        engine.view(
            "earlier_history",
            f"SELECT customer_id, CAST({literal(before.today)} AS DATE) AS as_of, segment_id "
            "FROM previous_customers",
        )


def _matrix(engine: Engine, before: Manifest | None, manifest: Manifest) -> dict[str, Any]:
    moves = engine.rows(query("migration_moves"))
    return {
        "from_run": before and before.run_id,
        "to_run": manifest.run_id,
        "from_as_of": before and before.today,
        "to_as_of": manifest.today,
        "currency": manifest.shop.currency,
        "moves": moves,
        "totals": totals_of(moves),
    }
