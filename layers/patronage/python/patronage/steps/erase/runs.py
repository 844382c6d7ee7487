"""Take a customer out of what a run wrote, out of what was learnt in it, and out of its generation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.errors import NotFound
from patronage.logic.arrays import read_npz
from patronage.logic.erase.lists import without_user
from patronage.logic.queries import literal
from patronage.logic.serve.keys import item_key
from patronage.steps.erase.served import kinds_with, leave_serving
from patronage.steps.manifest import Manifest
from patronage.steps.recommendation_shards import shard_name, users_kind
from patronage.steps.segment.shard_bounds import BOUNDS
from patronage.steps.train.chosen import chosen_variants
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from patronage.settings import Shop
    from patronage.steps.erase.subject import Subject
    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable

BECAUSE = "a customer was erased from the lake and from what the run wrote"
_BY_NUMBER = ("clv/lifetime.npz", "segments/clusters.npz")
_OF_NOBODY = frozenset({"active.npz", "products.npz", "devices.json"})
"""Features that are of products and devices."""


@dataclass(frozen=True, kw_only=True)
class RunEraser:
    """Erases a customer from runs.

    Parameters
    ----------
    store : ObjectStore
        Where runs and models lie.
    shop : Shop
        As everywhere.
    table : ServingTable, optional
        Where generations are; without it there are none.
    """

    store: ObjectStore
    shop: Shop
    table: ServingTable | None = None

    def erase(self, run_id: str, subject: Subject) -> Counter[str]:
        """Take a customer out of a run; one that does not know the customer is left as it is.

        Tables lose the customer's rows, and lists the customer's place. What holds customers by number alone
        (features, measures, what was learnt) is deleted: it served to make the lists, and nobody could tell
        whose a number is any more. The lists of exports are deleted as well, and where shards of customers
        begin, which names some of them and can be found again.

        Returns
        -------
        Counter
            ``runs`` (1 or 0), ``rows``, ``lists``, ``deleted`` objects, ``models``, ``items`` and ``pages``.
        """
        folder = f"runs/{run_id}/"
        keys = self.store.keys(folder)
        tables = [key for key in keys if key.endswith(".parquet")]
        with DuckEngine(self.shop) as engine:
            holding = {key: rows for key in tables if (rows := self._rows(engine, key, subject))}
            if not holding:
                return Counter()
            counts = Counter(runs=1, rows=sum(holding.values()))
            counts += self._leave_generation(run_id, subject, engine)
            counts += self._delete(_personal(key, folder) for key in keys)
            counts["models"] = self._forget_models(run_id)
            self._mark(run_id)
            self._drop_keys(run_id, keys, subject)
            users = f"{folder}recommendations/customers.parquet"
            if users in holding:
                counts += self._empty_lists(run_id, users, subject, engine)
            # The table of users last: it tells the number that the lists know the customer by.
            for key in sorted(holding, key=lambda key: key == users):
                self._rewrite(engine, key, subject)
        return counts

    def is_left_in(self, run_id: str, subject: Subject) -> bool:
        """Say whether a table of a run holds the customer."""
        tables = [key for key in self.store.keys(f"runs/{run_id}/") if key.endswith(".parquet")]
        with DuckEngine(self.shop) as engine:
            return any(self._rows(engine, key, subject) for key in tables)

    def _rows(self, engine: DuckEngine, key: str, subject: Subject) -> int:
        source = _source(self.store.staged(key))
        columns = [row["column_name"] for row in engine.rows(f"DESCRIBE FROM {source}")]
        if "customer_id" not in columns:
            return 0
        return int(engine.row(f"SELECT COUNT(*) AS n FROM {source} WHERE {subject.rows(columns)}")["n"])

    def _rewrite(self, engine: DuckEngine, key: str, subject: Subject) -> None:
        source = _source(self.store.staged(key))
        columns = [row["column_name"] for row in engine.rows(f"DESCRIBE FROM {source}")]
        with self.store.writing(key) as path:
            engine.parquet(f"SELECT * FROM {source} WHERE NOT {subject.rows(columns)}", path)

    def _leave_generation(self, run_id: str, subject: Subject, engine: DuckEngine) -> Counter[str]:
        if self.table is None:
            return Counter()
        said = self._said(run_id, subject, engine)
        return leave_serving(
            self.table,
            subject.customer_id,
            {run_id: kinds_with(chosen_variants(self.store, run_id))},
            segments={run_id: said},
        )

    def _said(self, run_id: str, subject: Subject, engine: DuckEngine) -> dict[str, Any]:
        key = f"runs/{run_id}/segments/customers.parquet"
        if not self.store.exists(key):
            return {}
        theirs = f"customer_id = {literal(subject.customer_id)}"
        rows = engine.rows(f"SELECT * FROM {_source(self.store.staged(key))} WHERE {theirs}")
        return rows[0] if rows else {}

    def _delete(self, keys: Iterable[str]) -> Counter[str]:
        chosen = [key for key in keys if key]
        for key in chosen:
            self.store.delete(key)
        return Counter(deleted=len(chosen))

    def _forget_models(self, run_id: str) -> int:
        suffix = f"/{run_id}/learnt.npz"
        learnt = [key for key in self.store.keys("models/") if key.endswith(suffix)]
        return self._delete(learnt)["deleted"]

    def _mark(self, run_id: str) -> None:
        try:
            manifest = Manifest.load(self.store, run_id)
        except NotFound:
            return
        replace(manifest, reproducible=False, not_reproducible_because=BECAUSE).save(self.store)

    def _drop_keys(self, run_id: str, keys: list[str], subject: Subject) -> None:
        """Take the customer's items out of the lists of keys that retire and rollback go by."""
        kinds = kinds_with(chosen_variants(self.store, run_id))
        gone = {item_key(kind, run_id, subject.customer_id) for kind in kinds}
        for key in keys:
            if key.startswith(f"runs/{run_id}/publish/") and "/keys/" in key:
                before = read_json(self.store, key)
                after = [each for each in before if each not in gone]
                if len(after) < len(before):
                    write_json(self.store, key, after)

    def _empty_lists(self, run_id: str, users: str, subject: Subject, engine: DuckEngine) -> Counter[str]:
        """Empty the customer's list in the shard of the published model, and in those of its variants."""
        theirs = f"customer_id = {literal(subject.customer_id)}"
        (user,) = engine.rows(f"SELECT idx FROM {_source(self.store.staged(users))} WHERE {theirs}")
        emptied = 0
        for variant in ("", *chosen_variants(self.store, run_id)):
            shard = shard_name(users_kind(variant), user["idx"])
            key = f"runs/{run_id}/recommendations/{shard}.npz"
            if not self.store.exists(key):
                continue
            content = without_user(read_npz(self.store.read_bytes(key)), user["idx"])
            if content is not None:
                self.store.write_bytes(key, content)
                emptied += 1
        return Counter(lists=emptied) if emptied else Counter()


def _personal(key: str, folder: str) -> str:
    """Return a key whose object goes whole; empty for one that stays."""
    name = key.removeprefix(folder)
    is_feature = name.startswith("features/") and not name.endswith(".parquet")
    is_measure = name.startswith("metrics/") and name.endswith(".npz")
    goes = (
        name in _BY_NUMBER
        or is_measure
        or (is_feature and name.removeprefix("features/") not in _OF_NOBODY)
        or name.startswith("exports/")
        or name == BOUNDS
    )
    return key if goes else ""


def _source(path: Path) -> str:
    return f"read_parquet({literal(str(path))})"
