"""Let a price tell its currency: where a row names none beside it, the sign or code in the price does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from patronage.logic.ingest.values import currency_sql, names_currency
from patronage.logic.queries import identifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.ingest.dialects import Dialect
    from patronage.logic.ingest.plan import Plan
    from patronage.settings import Shop

PRICES = {"orders": "unit_price", "events": "unit_price", "products": "price"}
"""The column of the price, of each table that has a currency."""


def with_price_currency(
    plan: Plan, texts: Mapping[str, Sequence[str]], shop: Shop, *, currency: str = ""
) -> Plan:
    """Return the plan with what tells the currency of a row that names none.

    Parameters
    ----------
    plan : Plan
        With the dialect and the header.
    texts : mapping
        Canonical column to a sample of its cells.
    shop : Shop
        Its currency is meant by a sign such as ``$`` that several currencies share, if it is one of them.
    currency : str
        Of rows that name none, as a person says; empty where nobody does.
    """
    price = PRICES.get(plan.table.name)
    dialect = plan.dialect
    if price is None or "currency" in dialect.defaults:
        return replace(plan, currency=currency)
    has_signs = any(map(names_currency, texts.get(price, ())))
    if plan.table.name != "orders":  # those are typed with the shop's own currency for the rest
        meant = currency or shop.currency
        expressions = _told(plan, price, meant) if has_signs else {}
        defaults = {"currency": currency} if currency else {}
        dialect = _with(dialect, expressions, defaults)
    return replace(plan, dialect=dialect, currency=currency, has_signs=has_signs)


def _told(plan: Plan, price: str, meant: str) -> dict[str, str]:
    sign = currency_sql(_text(plan, price), shop_currency=meant)
    own = _text(plan, "currency")
    return {"currency": f"COALESCE(NULLIF(TRIM({own}), ''), {sign})" if own else sign}


def _text(plan: Plan, column: str) -> str:
    """Write a column's text by the dialect; empty where the file has none."""
    source = plan.dialect.source_of(column, plan.header)
    sql = plan.dialect.expression_of(column, plan.header) or (identifier(source) if source else "")
    return f"CAST({sql} AS VARCHAR)" if sql else ""


def _with(dialect: Dialect, expressions: Mapping[str, str], defaults: Mapping[str, str]) -> Dialect:
    return replace(
        dialect,
        expressions={**dialect.expressions, **expressions},
        defaults={**dialect.defaults, **defaults},
    )
