"""The two windows of a run whose customers are too many for one machine: whom it measures, as arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.evaluation import holdout_at
from patronage.steps.train.inputs import load_interactions
from patronage.steps.train.windows import Windows
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.evaluation import Holdout
    from patronage.logic.recommenders import Interactions
    from patronage.stores.objects import ObjectStore

DRAWN = "drawn"
"""What a sample of the customers bought, for what is learnt of customers and is not of all of them."""
COUNTED = "counted"
"""How often what was bought on which day by a group of customers, of all of them."""
_NAMES = ("validation", "test")


def measured_in(window: str) -> str:
    """Return the name of what the measured customers of a window bought, before it and in it."""
    return f"measured_{window}"


def write_cutoffs(run_id: str, store: ObjectStore, cutoffs: dict[str, int], *, buys_again: bool) -> None:
    """Write by window its first day, in days since 1970-01-01."""
    write_json(store, _key(run_id), {"cutoffs": cutoffs, "buys_again": buys_again})


def load_cutoffs(run_id: str, store: ObjectStore) -> dict[str, int]:
    """Read what `write_cutoffs` wrote."""
    cutoffs: dict[str, int] = read_json(store, _key(run_id))["cutoffs"]
    return cutoffs


def load_windows(run_id: str, store: ObjectStore, *, drawn: Interactions | None = None) -> Windows:
    """Read the windows; what models learn from is in them for the drawn customers alone.

    Parameters
    ----------
    run_id, store
        Whose, and where from.
    drawn : Interactions, optional
        What is kept as `DRAWN`, where it is read already.
    """
    if drawn is None:
        drawn = load_interactions(run_id, store, of=DRAWN)
    found = read_json(store, _key(run_id))
    return Windows(**{name: _window(name, _measured(name, run_id, store), drawn, found) for name in _NAMES})


def held_out(run_id: str, store: ObjectStore, *, buys_again: bool) -> tuple[Interactions, Holdout]:
    """Return what a run held out, and the purchases of those whom it measured, if not of everybody."""
    if store.exists(_key(run_id)):
        rows, drawn = _measured("test", run_id, store), load_interactions(run_id, store, of=DRAWN)
        return rows, _window("test", rows, drawn, read_json(store, _key(run_id)))
    rows = load_interactions(run_id, store)
    return rows, Windows.of(rows, buys_again=buys_again).test


def _measured(name: str, run_id: str, store: ObjectStore) -> Interactions:
    return load_interactions(run_id, store, of=measured_in(name))


def _window(name: str, rows: Interactions, drawn: Interactions, cut: Mapping[str, Any]) -> Holdout:
    """Cut what the measured customers bought as `write_cutoffs` noted it."""
    cutoff = cut["cutoffs"][name]
    holdout = holdout_at(rows, cutoff=cutoff, only_new=not cut["buys_again"])
    # Nobody whom a model knows: what is recommended to them hangs on their history alone.
    nobody = np.full(len(holdout.customers), -1, dtype=np.int32)
    histories = replace(holdout.histories, customers=nobody)
    return replace(holdout, histories=histories, train=drawn.where(drawn.days < cutoff))


def _key(run_id: str) -> str:
    return f"runs/{run_id}/features/windows.json"
