"""The file that each contender of the comparison gets, and how its lists are measured."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.bundled_orders import SHOP, purchases, take_in
from benchmarks.comparison_worker import K
from benchmarks.shared_data import ORDERS
from patronage.engines.duckdb import DuckEngine
from patronage.logic.evaluation import score_users
from patronage.logic.evaluation.holdout import Holdout, time_ordered_holdout
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Ids:
    """The places of customers and products, by their ids."""

    customers: Mapping[str, int]
    products: Mapping[str, int]


@dataclass(frozen=True)
class Prepared:
    """The orders before the cut-off as a file, and what came after it."""

    orders: Path
    holdout: Holdout
    ids: Ids


def prepared(folder: Path) -> Prepared:
    """Cut the real orders in two at one moment; not timed, for it is the measuring's own work.

    The file keeps the form of the original: the times are local, so the cut-off day is as well.
    """
    lake = Lake(FolderStore(folder / "measuring"))
    take_in(ORDERS, lake)
    holdout = time_ordered_holdout(purchases("all", lake))
    run = folder / "measuring" / "runs" / "all" / "recommendations"
    orders = folder / "orders.parquet"
    with DuckEngine(SHOP) as engine:
        engine.scan("orders", [ORDERS])
        engine.parquet(f"FROM orders WHERE InvoiceDate < '{holdout.cutoff:%Y-%m-%d}'", orders)
        ids = Ids(*(_places(engine, name, run / f"{name}.parquet") for name in ("customers", "products")))
    return Prepared(orders, holdout, ids)


def ndcg10(lists: Path, holdout: Holdout, ids: Ids) -> float:
    """Measure lists by the holdout, in ids as the shop writes them.

    Parameters
    ----------
    lists : Path
        A CSV file of customer_id, product_id, rank (from 1); a customer without a line has no list.
    holdout : Holdout
        What the measured customers newly bought.
    ids : Ids
        Where each id stands in it. A product that is none there is a miss, and a customer is passed over.
    """
    found: NDArray[np.int64] = np.full((len(holdout.customers), K), -1)
    rows = {int(customer): row for row, customer in enumerate(holdout.customers)}
    with lists.open(encoding="utf-8", newline="") as file:
        for customer_id, product_id, rank in csv.reader(file):
            row = rows.get(ids.customers.get(customer_id, -1))
            if row is not None and int(rank) <= K:
                found[row, int(rank) - 1] = ids.products.get(product_id, -1)
    return float(score_users(found, holdout.relevant, k=K).metric("ndcg").mean())


def _places(engine: DuckEngine, name: str, path: Path) -> Mapping[str, int]:
    engine.scan(name, [path])
    return {row["id"]: row["idx"] for row in engine.rows(f"SELECT {name[:-1]}_id AS id, idx FROM {name}")}
