"""Choose the engine for a run, from what its pinned tables count and what the shop's settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.engine_choice import COUNTED, SETTINGS, EngineOptions, choose_engine
from patronage.stores.objects import read_if_there

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.engine_choice import Choice
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore


def engine_for(
    lake: Lake, tables: Mapping[str, Mapping[str, int]], *, has_spark: bool, in_functions: bool
) -> tuple[dict[str, int], Choice]:
    """Count the rows of a run's tables, of which none is read, and choose its engine.

    Parameters
    ----------
    lake : Lake
        Where the tables are.
    tables : mapping
        Of each, the ``version`` that the run reads.
    has_spark, in_functions : bool
        As of `choose_engine`.

    Returns
    -------
    rows : dict
        How many rows each counted table has.
    choice : Choice
        The engine and why.

    Raises
    ------
    BadInput
        The settings are faulty.
    """
    counted = [name for name in COUNTED if name in tables]
    rows = {name: lake.snapshot(name, tables[name]["version"]).rows() for name in counted}
    options = read_engine_options(lake.store)
    return rows, choose_engine(rows, options, has_spark=has_spark, in_functions=in_functions)


def read_engine_options(store: ObjectStore) -> EngineOptions:
    """Read what one function carries for this shop: `engine.toml` of its settings.

    Raises
    ------
    BadInput
        It is faulty.
    """
    return EngineOptions.from_toml(read_if_there(store, SETTINGS))
