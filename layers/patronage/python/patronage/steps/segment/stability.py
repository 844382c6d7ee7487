"""Stability: who moved between segments since the run before, and each customer's segments over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput, NotFound
from patronage.logic.queries import literal, query
from patronage.logic.segments.migration import totals_of
from patronage.steps.manifest import Manifest
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

_STANDING = {
    "customer_id": "VARCHAR",
    "frequency": "INTEGER",
    "net_minor": "BIGINT",
    "segment_id": "VARCHAR",
}
_HISTORY = {"customer_id": "VARCHAR", "as_of": "DATE", "segment_id": "VARCHAR"}


def stability(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write who moved since the run before, and each customer's segments over time.

    Writes `segments/migration.json`, as `migration` gives it (where there is no run before, ``from_run`` is
    null and everybody is new), and `segments/history.parquet` (customer_id, as_of, segment_id): a row a
    customer and change, with the shop's day of the run that first found the customer there.
    """
    store = lake.store
    manifest = Manifest.load(store, run_id)
    with DuckEngine(manifest.shop) as engine:
        before = show_previous(manifest, store, engine)
        engine.run("CREATE VIEW earlier_customers AS FROM previous_customers")
        engine.scan("later_customers", [store.staged(_standing_key(run_id, store))])
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
    with DuckEngine(manifest.shop) as engine:
        engine.scan("earlier_customers", [store.staged(_standing_key(earlier, store))])
        engine.scan("later_customers", [store.staged(_standing_key(later, store))])
        return _matrix(engine, before, manifest)


def show_previous(manifest: Manifest, store: ObjectStore, engine: DuckEngine) -> Manifest | None:
    """Show where customers stood in the run before as `previous_customers`, and return its manifest.

    Where there is no such run, where it is gone or laid out otherwise, or counts in another currency, the
    view is empty and nothing is returned: a shop's first run has nothing to hold on to.
    """
    show_none("previous_customers", _STANDING, engine)
    before = run_before(manifest, store)
    if before is None:
        return None
    key = _standing_key(before.run_id, store)
    return before if show_file("previous_customers", key, _STANDING, store, engine) else None


def run_before(manifest: Manifest, store: ObjectStore) -> Manifest | None:
    """Return the manifest of the run before; nothing where it is gone or counts in another currency."""
    before = _loaded(manifest.previous, store) if manifest.previous else None
    return before if before is not None and before.shop.currency == manifest.shop.currency else None


def _loaded(run_id: str, store: ObjectStore) -> Manifest | None:
    try:
        return Manifest.load(store, run_id)
    except (NotFound, BadInput, KeyError, TypeError):  # removed, or written by another version of Patronage
        return None


def _standing_key(run_id: str, store: ObjectStore) -> str:
    """Return where a run says in which segment each customer stands; the first runs had one file for all."""
    key = f"runs/{run_id}/segments/rfm.parquet"
    return key if store.exists(key) else f"runs/{run_id}/segments/customers.parquet"


def show_file(name: str, key: str, columns: dict[str, str], store: ObjectStore, engine: DuckEngine) -> bool:
    """Show a Parquet file of a run under a name, if it is there and has the columns."""
    if not store.exists(key):
        return False
    engine.scan(f"{name}_file", [store.staged(key)])
    found = {row["column_name"]: row["column_type"] for row in engine.rows(f"DESCRIBE {name}_file")}
    if not columns.items() <= found.items():
        return False
    engine.run(f"CREATE OR REPLACE VIEW {name} AS SELECT {', '.join(columns)} FROM {name}_file")
    return True


def show_none(name: str, columns: dict[str, str], engine: DuckEngine) -> None:
    """Show no row of such columns under a name."""
    empty = ", ".join(f"CAST(NULL AS {type_}) AS {column}" for column, type_ in columns.items())
    engine.run(f"CREATE OR REPLACE VIEW {name} AS SELECT {empty} WHERE FALSE")


def _show_history(engine: DuckEngine, before: Manifest | None, store: ObjectStore) -> None:
    """Show `earlier_history`: the one that the run before wrote, else what is known of that run itself."""
    show_none("earlier_history", _HISTORY, engine)
    if before is None:
        return
    key = f"runs/{before.run_id}/segments/history.parquet"
    if not show_file("earlier_history", key, _HISTORY, store, engine):
        engine.run(
            "CREATE OR REPLACE VIEW earlier_history AS "
            f"SELECT customer_id, CAST({literal(before.today)} AS DATE) AS as_of, segment_id "
            "FROM previous_customers"
        )


def _matrix(engine: DuckEngine, before: Manifest | None, manifest: Manifest) -> dict[str, Any]:
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
