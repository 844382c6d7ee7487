"""Find the columns of a file that the reader may turn into values, and how the zone's clock goes in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from patronage.engines.clock import clock_changes
from patronage.logic.ingest.plain import plain_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.ingest.plan import Plan
    from patronage.settings import Shop

_YEARS = (1972, 2100)
"""Between these the offsets of all zones are whole minutes, and within the years that a time may be of."""


def with_plain_columns(
    plan: Plan, texts: Mapping[str, Sequence[str]], engine: DuckEngine, shop: Shop
) -> Plan:
    """Return the plan with its plain columns.

    Parameters
    ----------
    plan : Plan
        With the form of each column's values.
    texts : mapping
        Canonical column to different texts of it.
    engine, shop
        As in the whole step.
    """
    plain = plain_columns(plan, texts, shop)
    if plain.years is not None:
        first, last = max(plain.years[0] - 1, _YEARS[0]), min(plain.years[1] + 1, _YEARS[1])
        plain = replace(
            plain, changes=clock_changes(engine.connection, shop.timezone, first=first, last=last)
        )
    return replace(plan, plain=plain)
