"""Candidates straight from what a run wrote, through the same packing as the serving table."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from patronage.logic.serve.bought import pack_bought
from patronage.logic.serve.catalogue import pack_pages, unpack_pages
from patronage.logic.serve.packing import pack, unpack
from patronage.logic.serve.pointer import Entry
from patronage.logic.serve.shelf import Shelf, make_shelf
from patronage.logic.serve.wanted import Own
from patronage.steps.generation import BOARDS, RunOutputs, model_of
from patronage.steps.manifest import Manifest
from patronage.steps.rules import stored_rules

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.logic.serve.catalogue import Product
    from patronage.logic.serve.packing import Candidate
    from patronage.logic.serve.wanted import Found, Wanted
    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore


class RunReader:
    """A `RecommendationReader` over one run: without stock, sessions and segments, which no run holds."""

    def __init__(self, store: ObjectStore, run_id: str) -> None:
        self._store = store
        self._manifest = Manifest.load(store, run_id)
        self._outputs = RunOutputs(store, run_id, self._manifest.shop)

    @property
    def shop(self) -> Shop:
        """Settings that the run was pinned with."""
        return self._manifest.shop

    def shelf(self, now: datetime) -> Shelf:
        popular = unpack(pack(self._outputs.popular(self._product_ids)))
        return make_shelf(
            self._entry, unpack_pages(pack_pages(self._products)), popular, stored_rules(self._store)
        )

    def remembered_shelf(self, now: datetime) -> Shelf | None:
        return None

    def read(self, wanted: Wanted, shelf: Shelf, found: Found, now: datetime) -> None:
        for user_id in wanted.users:
            index = self._outputs.customer_index(user_id)
            if index is None:
                continue
            own = self._outputs.list_of("users", index, self._product_ids)
            bought = pack_bought(self._outputs.bought_by(index))
            if own or bought:
                found.users[user_id] = Own(unpack(pack(own)), bought)
        for key in wanted.lists:
            if candidates := self._list(*key):
                found.lists[key] = unpack(pack(candidates))

    def _list(self, kind: str, item_id: str) -> list[Candidate]:
        if kind == "popular" and item_id in BOARDS:
            return self._outputs.popular(self._product_ids, item_id)
        if kind == "popular":
            return self._outputs.contexts(self._product_ids).get(item_id, [])
        index = self._places.get(item_id)
        return [] if index is None else self._outputs.list_of(kind, index, self._product_ids)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {product_id: index for index, product_id in enumerate(self._product_ids)}

    @cached_property
    def _products(self) -> list[Product]:
        return self._outputs.products()

    @cached_property
    def _product_ids(self) -> list[str]:
        return [product.product_id for product in self._products]

    @property
    def _entry(self) -> Entry:
        manifest = self._manifest
        return Entry(
            run_id=manifest.run_id,
            shards_key="",
            as_of=manifest.as_of.isoformat(),
            created_at=manifest.created_at.isoformat(),
            published_at="",
            currency=manifest.shop.currency,
            model=model_of(self._store, manifest.run_id),
        )
