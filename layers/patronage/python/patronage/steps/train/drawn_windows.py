"""The two windows of a run whose customers are too many for one machine: whom it measures, as arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.evaluation import holdout_at
from patronage.steps.train.inputs import load_interactions
from patronage.steps.train.windows import Windows
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from patronage.logic.evaluation import Holdout
    from patronage.logic.recommenders import Interactions
    from patronage.stores.objects import ObjectStore

DRAWN = "drawn"
"""What a sample of the customers bought, for what is learnt of customers and is not of all of them."""
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


def load_windows(run_id: str, store: ObjectStore) -> Windows:
    """Read the windows; what models learn from is in them for the drawn customers alone."""
    drawn = load_interactions(run_id, store, of=DRAWN)
    found = read_json(store, _key(run_id))
    only_new = not found["buys_again"]
    windows: dict[str, Holdout] = {}
    for name in _NAMES:
        rows = load_interactions(run_id, store, of=measured_in(name))
        cutoff = found["cutoffs"][name]
        holdout = holdout_at(rows, cutoff=cutoff, only_new=only_new)
        # Nobody whom a model knows: what is recommended to them hangs on their history alone.
        nobody = np.full(len(holdout.customers), -1, dtype=np.int32)
        histories = replace(holdout.histories, customers=nobody)
        windows[name] = replace(holdout, histories=histories, train=drawn.where(drawn.days < cutoff))
    return Windows(**windows)


def held_out(run_id: str, store: ObjectStore, *, buys_again: bool) -> tuple[Interactions, Holdout]:
    """Return what a run held out, and the purchases of those whom it measured, if not of everybody."""
    if store.exists(_key(run_id)):
        rows = load_interactions(run_id, store, of=measured_in("test"))
        return rows, load_windows(run_id, store).test
    rows = load_interactions(run_id, store)
    return rows, Windows.of(rows, buys_again=buys_again).test


def _key(run_id: str) -> str:
    return f"runs/{run_id}/features/windows.json"
