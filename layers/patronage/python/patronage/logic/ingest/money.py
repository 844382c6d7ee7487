"""The one money truth: an order line's net, in the minor unit of the shop's currency, as SQL.

Net is quantity times price, less the discount; less the tax where prices hold it, and with the shipping where
the shop counts it as revenue. A line that gives money back (a negative quantity) takes them back as well. It
is rounded half-even, once, to the currency's minor unit. Nearly every line fits 64-bit integers of 1e-8
units, which is ten times faster than wide decimals and as exact; the others, and foreign currencies, take
the wide ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patronage.settings import Shop

_NARROW = 9e9
"""Amounts below this keep 1e-8 units within 63 bits."""
_WIDE = "DECIMAL(38,8)"


def amount() -> str:
    """Write the expression of the size of quantity times price, as a DOUBLE that is called `amount`."""
    return "ABS(CAST(quantity AS DOUBLE) * CAST(unit_price AS DOUBLE))"


def with_net(rows: str, shop: Shop, *, given: frozenset[str]) -> str:
    """Write the query that adds `net_small` and `net_wide`, the net before it is rounded, to order lines.

    Parameters
    ----------
    rows : str
        A query of order lines with `rate` and `amount`.
    shop : Shop
        Says whether prices hold the tax and whether shipping is revenue.
    given : frozenset of str
        Which of discount, tax and shipping the lines may have; no tax where prices are before it in any case.

    Returns
    -------
    str
        Of `net_small` (BIGINT of 1e-8 units) and `net_wide` (in the line's own currency) each line has one.
    """
    parts = [("-", "discount")] if "discount" in given else []
    parts += [("-", "tax")] if shop.prices_include_tax and "tax" in given else []
    parts += [("+", "shipping")] if shop.count_shipping and "shipping" in given else []
    wide = f"CASE WHEN net_small IS NULL THEN {_wide(parts)} END"
    return f"SELECT *, {wide} AS net_wide FROM (SELECT *, {_small(parts)} AS net_small FROM ({rows}))"


def _units(column: str) -> str:
    return f"CAST(CAST({column} AS DOUBLE) * 10000 AS BIGINT)"


def _small(parts: list[tuple[str, str]]) -> str:
    sizes = ["amount"]
    sizes += [f"COALESCE(ABS(CAST({name} AS DOUBLE)), 0)" for _, name in parts]
    sums = "".join(f" {sign} COALESCE({_magnitude(name, _units(name))}, 0) * 10000" for sign, name in parts)
    fits = " AND ".join(f"{size} < {_NARROW:.0f}" for size in sizes)
    return f"CASE WHEN rate = 1 AND {fits} THEN {_units('quantity')} * {_units('unit_price')}{sums} END"


def _wide(parts: list[tuple[str, str]]) -> str:
    gross = "CAST(quantity AS DECIMAL(38,4)) * CAST(unit_price AS DECIMAL(38,4))"
    sums = "".join(
        f" {sign} COALESCE({_magnitude(name, f'CAST({name} AS {_WIDE})')}, 0)" for sign, name in parts
    )
    return f"CAST({gross}{sums} AS {_WIDE})"


def _magnitude(column: str, amount: str) -> str:
    """Give a part the sign of the line: what a refund gives back it takes from each part."""
    size = f"ABS({amount})" if column != "discount" else amount
    return f"CASE WHEN quantity < 0 THEN -ABS({amount}) ELSE {size} END"


def net_minor(shop: Shop) -> str:
    """Write the expression of `net_minor` from `net_small`, `net_wide` and `rate`."""
    unit = 10 ** (8 - shop.minor_digits)
    size = "ABS(net_small)"
    # Half-even: round the half up, and take it back where that made an even quotient odd; few lines need it.
    tie = f"CASE WHEN {size} % {2 * unit} = {unit // 2} THEN 1 ELSE 0 END"
    rounded = f"SIGN(net_small) * (({size} + {unit // 2}) // {unit} - {tie})"
    wide = f"to_minor(CAST({converted()} AS DECIMAL(38,12)))"
    return (
        f"CASE WHEN net_small % {unit} = 0 THEN net_small // {unit} "
        f"WHEN net_small IS NOT NULL THEN {rounded} ELSE {wide} END"
    )


def converted() -> str:
    """Write the wide net in the shop's currency."""
    return "CASE WHEN rate = 1 THEN net_wide ELSE net_wide * rate END"
