"""The two windows of a run on Spark: whom it measures, and a sample of the others, as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyspark.sql import functions as sql

from patronage.engines.spark_learn.arrow import collected, table_of
from patronage.logic.evaluation import cutoff_day, drawn_places
from patronage.logic.recommenders import Interactions
from patronage.steps.train.drawn_windows import measured_in, write_cutoffs
from patronage.steps.train.inputs import save_interactions
from patronage.steps.train.windows import MOST_MEASURED

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from patronage.engines.spark_learn.purchases import Purchases
    from patronage.stores.objects import ObjectStore

MOST_DRAWN = 500_000
"""So many customers at most tell what share of one product's buyers bought another, and how alike the
products of a list are: their purchases fit one machine."""


def draw_customers(frame: DataFrame, n_customers: int, n_products: int) -> Interactions:
    """Return what a sample of the customers bought, all of them where there are no more than `MOST_DRAWN`."""
    if n_customers > MOST_DRAWN:
        chosen = np.random.default_rng(0).choice(n_customers, MOST_DRAWN, replace=False)
        frame = _of_customers(frame, chosen)
    return _renumbered(frame, n_products)


def draw_windows(run_id: str, purchases: Purchases, *, buys_again: bool, store: ObjectStore) -> None:
    """Cut the test and the validation off in time, draw whom they measure, and write both.

    The days are those of `Windows.of`, and of the customers who bought something relevant the same ones are
    drawn at random.
    """
    until = int(purchases.counted.days.max()) + 1
    cutoffs: dict[str, int] = {}
    for name in ("test", "validation"):
        counted = purchases.counted.where(purchases.counted.days < until)
        if len(counted.days):
            cutoffs[name] = cutoff_day(counted.days, counts=counted.counts)
            window = purchases.before(until).frame
        else:  # all was bought on one day: the windows are one
            cutoffs[name], window = cutoffs["test"], purchases.frame
        measured = _measured(window, cutoffs[name], only_new=not buys_again)
        measured = measured[drawn_places(len(measured), MOST_MEASURED)]
        rows = _renumbered(_of_customers(window, measured), purchases.n_products)
        save_interactions(run_id, store, rows, of=measured_in(name))
        until = cutoffs[name]
    write_cutoffs(run_id, store, cutoffs, buys_again=buys_again)


def _measured(window: DataFrame, cutoff: int, *, only_new: bool) -> NDArray[np.int32]:
    """Return, rising, the customers who bought before a day and something relevant from it on."""
    before, later = window.where(sql.col("day") < cutoff), window.where(sql.col("day") >= cutoff)
    known = before.select("customer").distinct()
    if only_new:
        cells = ["customer", "product"]
        later = later.join(before.select(*cells).distinct(), cells, "left_anti")
    found = collected(later.select("customer").distinct().join(known, "customer", "left_semi"))
    return np.sort(found["customer"])


def _of_customers(frame: DataFrame, customers: NDArray[np.integer]) -> DataFrame:
    wanted = frame.sparkSession.createDataFrame(table_of({"customer": customers.astype(np.int32)}))
    return frame.join(sql.broadcast(wanted), "customer", "left_semi")


def _renumbered(frame: DataFrame, n_products: int) -> Interactions:
    """Bring purchases to the driver; the customers are numbered from 0 in the order that they have."""
    columns = collected(frame.select("customer", "product", "day"))
    order = np.lexsort((columns["product"], columns["day"], columns["customer"]))
    customers, numbers = np.unique(columns["customer"][order], return_inverse=True)
    return Interactions(
        customers=numbers.astype(np.int32),
        products=columns["product"][order],
        days=columns["day"][order],
        n_customers=len(customers),
        n_products=n_products,
    )
