"""Any events and orders of a small shop, and the attribution over them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from effectiveness_support import START, event, line, rid, sql_of
from patronage.logic.effectiveness.options import AttributionOptions
from patronage.logic.tables import EVENTS, ORDERS
from patronage.steps.monitor.effectiveness import attribute

if TYPE_CHECKING:
    from patronage.engines.duckdb import DuckEngine

RULE = AttributionOptions(click_days=1, view_days=1)
SINCE = START - timedelta(days=30)
HOURS = st.integers(0, 60)
PRODUCTS = st.sampled_from(["mug", "jug"])
WHO = st.sampled_from([("ann", None), ("ann", "s"), (None, "s"), (None, "t"), ("bob", "t"), ("bob", None)])
EVENT = st.builds(
    lambda kind, hours, product, who, nonce, order: event(
        kind,
        hours,
        product=product,
        who=who[0],
        visit=who[1],
        of=rid(nonce, placement=f"p{nonce % 2}") if kind in ("impression", "click") else None,
        position=1 + nonce % 3,
        order_id=order if kind == "purchase" else None,
    ),
    st.sampled_from(["impression", "click", "click", "cart_add", "purchase", "view"]),
    HOURS,
    PRODUCTS,
    WHO,
    st.integers(0, 3),
    st.sampled_from(["o1", "o2"]),
)
LINE = st.builds(
    lambda order, hours, product, net, who: line(f"{order}", hours, product, net, who=who),
    st.sampled_from(["o1", "o2", "o3"]),
    HOURS,
    PRODUCTS,
    st.integers(1, 1000),
    st.sampled_from(["ann", "bob", None]),
)


def attributed(
    engine: DuckEngine, events: list[dict[str, Any]], orders: list[dict[str, Any]], *, since=SINCE
) -> None:
    """Show both tables in an engine, and attribute what was bought by `RULE`."""
    for table, rows in ((EVENTS, events), (ORDERS, orders)):
        engine.table(table.name, sql_of(table, rows))
    attribute(engine, RULE, since=since)
