"""What a run learnt, read once for all the shards that one process makes lists for."""

from __future__ import annotations

from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, cast

import numpy as np

from patronage.logic.recommenders.exploration import new_products
from patronage.steps.manifest import Manifest
from patronage.steps.train.fit import load_chosen, load_model
from patronage.steps.train.inputs import load_active, load_interactions

if TYPE_CHECKING:
    from patronage.logic.recommenders import Interactions, Recommender
    from patronage.logic.recommenders.interactions import Histories, Ids, Mask
    from patronage.logic.recommenders.item_to_item import ItemToItem
    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore


class Learnt:
    """The interactions and the trained models of a run; each is read when it is first asked for.

    Threads may share it.

    Parameters
    ----------
    run_id, store
        The run, which has fitted its models.
    """

    def __init__(self, run_id: str, store: ObjectStore) -> None:
        self.run_id = run_id
        self.store = store
        self._lock = RLock()
        self._models: dict[str, Recommender] = {}
        self._chosen: dict[str, Recommender] = {}

    @cached_property
    def shop(self) -> Shop:
        """The settings that the run was pinned with."""
        return Manifest.load(self.store, self.run_id).shop

    @cached_property
    def interactions(self) -> Interactions:
        """Who bought what on which day."""
        return load_interactions(self.run_id, self.store)

    @cached_property
    def active(self) -> Mask:
        """Which products the shop sells now; array of bool, shape (products,)."""
        return load_active(self.run_id, self.store)

    @cached_property
    def new_products(self) -> Ids:
        """The products too new to be judged by their sales."""
        return new_products(self.interactions)

    @cached_property
    def towards_new(self) -> Recommender:
        """What leads to the new products by what is said of them."""
        return cast("ItemToItem", self.model("alike")).towards(self.new_products)

    def customers(self, start: int, stop: int) -> tuple[Ids, Histories]:
        """Return a range of the customers that there are, by their indices, and what they bought."""
        customers = np.arange(start, min(stop, self.interactions.n_customers), dtype=np.int32)
        return customers, self.interactions.histories(customers)

    def model(self, name: str) -> Recommender:
        """Return a method that `fit` trained."""
        with self._lock:
            if name not in self._models:
                self._models[name] = load_model(self.run_id, name, self.store)
            return self._models[name]

    def chosen(self, variant: str) -> Recommender:
        """Return what is published ("") or a variant; of variants only the last is kept."""
        with self._lock:
            if variant not in self._chosen:
                self._chosen = {variant: load_chosen(self.run_id, variant, self.store)}
            return self._chosen[variant]
