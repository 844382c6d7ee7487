"""Report cancellations and refunds whose sale is not known: neither the file nor the lake holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.queries import literal, query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.steps.ingest.settle import Settlement
    from patronage.stores.lake import LakeFile, Snapshot

ORDERS_NAMED = 100
_SOLD_IN_ORDER = "sold_in IN (SELECT order_id FROM sold_orders)"
_SOLD_BEFORE = (
    "may_be_of_any_order AND EXISTS (SELECT 1 FROM first_sales AS sold WHERE "
    "sold.customer_id = unmatched.customer_id AND sold.product_id = unmatched.product_id "
    "AND sold.first_at <= unmatched.ordered_at)"
)


def of_unmatched(
    settlement: Settlement, snapshot: Snapshot, engine: DuckEngine, report: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a report says of the kept lines that give money back, as of its commit.

    A line's sale is in the order that it refers to, else in its own order, else it is an earlier (or same
    moment's) sale of the product to the customer. Only the lake's files that can hold one are read.

    Parameters
    ----------
    settlement : Settlement
        The rows that the commit adds and takes out.
    snapshot : Snapshot
        The version of the orders below the commit.
    engine : DuckEngine
        Where it is computed.
    report : mapping
        ``kept_by_kind``; without cancellations and refunds nothing is read.

    Returns
    -------
    dict
        ``unmatched_returns``, where there are cancellations or refunds: how many ``of_lines``, and of those
        without their sale the ``lines``, their ``net_minor`` and the ids of their ``orders``, the first
        hundred.
    """
    kinds = report.get("kept_by_kind", {})
    returned = kinds.get("cancellation", 0) + kinds.get("refund", 0)
    if not returned:
        return {}
    own = [part.path for part in settlement.own]
    engine.scan("own_rows", own)
    engine.table("unmatched", query("ingest_returns"))
    held = _Held(settlement, snapshot, engine)
    _match(engine, own, "sold_orders", _SOLD_IN_ORDER)
    _match(engine, held.of_orders(), "sold_orders", _SOLD_IN_ORDER)
    _match(engine, own, "first_sales", _SOLD_BEFORE)
    _match(engine, held.of_customers(), "first_sales", _SOLD_BEFORE)
    return {"unmatched_returns": {"of_lines": returned, **_found(engine)}}


class _Held:
    """What the lake will hold beside the upload, as far as it can tell of unmatched lines."""

    def __init__(self, settlement: Settlement, snapshot: Snapshot, engine: DuckEngine) -> None:
        removed = {file.path for file in settlement.removed}
        self._files = [file for file in snapshot.contents() if file.path not in removed]
        self._rewritten = [part.path for part in settlement.rewritten]
        self._snapshot, self._engine = snapshot, engine

    def of_orders(self) -> list[Path]:
        """Return the files that can hold an order that was sold."""
        return self._that_hold("sold_in", "TRUE", lambda file: (file.low, file.high))

    def of_customers(self) -> list[Path]:
        """Return the files that can hold a customer who gave something back."""
        return self._that_hold(
            "customer_id", "may_be_of_any_order", lambda file: (file.customer_low, file.customer_high)
        )

    def _that_hold(
        self, column: str, among: str, bounds: Callable[[LakeFile], tuple[str | None, str | None]]
    ) -> list[Path]:
        if not _any(self._engine, among):
            return []
        meeting = [
            file for file in self._files if _any(self._engine, f"{among}{_within(column, bounds(file))}")
        ]
        return [*self._rewritten, *map(self._snapshot.staged, meeting)]


def _within(column: str, bounds: tuple[str | None, str | None]) -> str:
    low, high = bounds
    lower = "" if low is None else f" AND {column} >= {literal(low)}"
    return lower if high is None else f"{lower} AND {column} <= {literal(high)}"


def _any(engine: DuckEngine, condition: str) -> bool:
    return bool(engine.rows(f"SELECT 1 FROM unmatched WHERE {condition} LIMIT 1"))


def _match(engine: DuckEngine, paths: Sequence[Path], name: str, is_sold: str) -> None:
    """Take the lines out of `unmatched` whose sale stands in these files."""
    if not paths or not _any(engine, "TRUE"):
        return
    engine.scan("sales_rows", paths)
    engine.table(name, query(f"ingest_{name}"))
    engine.run(f"DELETE FROM unmatched WHERE {is_sold}")


def _found(engine: DuckEngine) -> dict[str, Any]:
    counted = engine.row(
        "SELECT COUNT(*) AS lines, CAST(COALESCE(SUM(net_minor), 0) AS BIGINT) AS net_minor FROM unmatched"
    )
    orders = engine.rows(f"SELECT DISTINCT order_id FROM unmatched ORDER BY order_id LIMIT {ORDERS_NAMED}")
    return {**counted, "orders": [row["order_id"] for row in orders]}
