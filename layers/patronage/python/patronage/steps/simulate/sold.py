"""Read the orders that a simulation stands on, and number what they name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.errors import BadInput
from patronage.logic.queries import query
from patronage.logic.simulated import History, category_of, search_words
from patronage.steps.columns import hold
from patronage.steps.pin import EMPTY_LAKE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.simulated import Simulation
    from patronage.stores.lake import Lake

_EDGES = (
    "SELECT MIN(ordered_at) AS first, MAX(ordered_at) AS last FROM orders "
    "WHERE kind = 'sale' AND net_minor > 0"
)


@dataclass(frozen=True)
class Sold:
    """The orders of a shop.

    Parameters
    ----------
    history : History
        The last orders, as numbers.
    first : datetime
        When the shop had its first order.
    customers : list of str
        The ids of customers by number.
    products : list of dict
        By number ``product_id``, ``title``, ``category`` and ``lines``, in how many order lines it stands.
    """

    history: History
    first: datetime
    customers: list[str]
    products: list[dict[str, Any]]

    @property
    def titles(self) -> dict[str, str | None]:
        """The title of each product's id, by number."""
        return {each["product_id"]: each["title"] for each in self.products}


def read_sold(lake: Lake, engine: DuckEngine, simulation: Simulation) -> Sold:
    """Read the orders of a lake; the engine keeps `paid_orders`, `buyers` and `sold_products`, numbered.

    Raises
    ------
    BadInput
        There is no order that somebody paid for.
    """
    orders = lake.snapshot("orders")
    if orders.version < 0:
        raise BadInput(EMPTY_LAKE)
    engine.scan("orders", orders.files())
    edges = engine.row(_EDGES)
    if edges["last"] is None:
        raise BadInput("no order of the lake was paid for, so there is nothing to simulate visits from")
    since = edges["last"] - timedelta(days=simulation.days + simulation.history_days)
    engine.table("paid_orders", query("simulated_orders"), since=since.isoformat())
    engine.table("buyers", query("simulated_customers"))
    products = _products(engine)
    heads, lines = (_arrays(engine, name) for name in ("simulated_heads", "simulated_lines"))
    history = History(
        order_at=heads["instant"],
        order_customer=heads["customer"],
        line_order=lines["order_number"],
        line_product=lines["product"],
        products=len(products),
    )
    customers = [each["customer_id"] for each in engine.rows("FROM buyers ORDER BY customer")]
    return Sold(history, edges["first"], customers, products)


def _products(engine: DuckEngine) -> list[dict[str, Any]]:
    """Give each product a number, and what its title says."""
    engine.table("titles", query("simulated_products"))
    titles = [each["title"] for each in engine.rows("FROM titles ORDER BY product")]
    said = {
        "category": [category_of(each) for each in titles],
        "words": [search_words(each) for each in titles],
    }
    hold(engine, "said", said)
    engine.table(
        "sold_products",
        "SELECT titles.*, said.category, said.words "
        "FROM titles INNER JOIN said ON titles.product = said.row_number",
    )
    return engine.rows("SELECT product_id, title, category, lines FROM sold_products ORDER BY product")


def _arrays(engine: DuckEngine, name: str) -> Mapping[str, NDArray[np.int64]]:
    columns = engine.connection.execute(query(name)).fetchnumpy()
    return {key: np.asarray(values, dtype=np.int64) for key, values in columns.items()}
