"""What a report adds up over the rows that are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from patronage.logic.tables import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.engines.duckdb import DuckSession
    from patronage.logic.tables import Table

_EXACT = (
    "SUM(net_small) AS small, "
    "SUM(CASE WHEN rate = 1 THEN net_wide ELSE CAST(net_wide * rate AS DECIMAL(38,8)) END) AS wide"
)


@dataclass(frozen=True)
class Totals:
    """Rows and money by kind of order line; tables without kinds have one, called ``""``.

    Parameters
    ----------
    rows, net_minor : mapping
        By kind; money in the minor unit of the shop's currency.
    exact : Decimal
        The money before each line was rounded, in the shop's currency.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    net_minor: Mapping[str, int] = field(default_factory=dict)
    exact: Decimal = Decimal(0)

    def __add__(self, other: Totals) -> Totals:
        return self._with(other, 1)

    def __sub__(self, other: Totals) -> Totals:
        return self._with(other, -1)

    def _with(self, other: Totals, sign: int) -> Totals:
        kinds = {*self.rows, *other.rows}
        return Totals(
            {kind: self.rows.get(kind, 0) + sign * other.rows.get(kind, 0) for kind in kinds},
            {kind: self.net_minor.get(kind, 0) + sign * other.net_minor.get(kind, 0) for kind in kinds},
            self.exact + sign * other.exact,
        )

    def as_report(self, table: Table) -> dict[str, Any]:
        """Return what the report says of orders; nothing of other tables."""
        if table.name != "orders":
            return {}
        return {
            "kept_by_kind": {kind: self.rows.get(kind, 0) for kind in KINDS},
            "net_minor": sum(self.net_minor.values()),
            "net_minor_by_kind": {kind: self.net_minor.get(kind, 0) for kind in KINDS},
            "net_before_rounding": f"{self.exact:.4f}",
        }


def totals_of(session: DuckSession, rows: str, table: Table) -> Totals:
    """Add up rows; those of orders have `kind`, `net_minor`, `net_small`, `net_wide` and `rate`."""
    if table.name != "orders":
        return Totals({"": session.row(f"SELECT COUNT(*) AS n FROM ({rows})")["n"]})
    found = session.rows(
        f"SELECT CAST(kind AS VARCHAR) AS kind, COUNT(*) AS n, CAST(SUM(net_minor) AS BIGINT) AS net_minor, "
        f"{_EXACT} FROM ({rows}) GROUP BY kind"
    )
    exact = sum(
        (Decimal(row["small"] or 0) / 10**8 + Decimal(row["wide"] or 0) for row in found), start=Decimal(0)
    )
    return Totals(
        {row["kind"]: row["n"] for row in found}, {row["kind"]: row["net_minor"] for row in found}, exact
    )
