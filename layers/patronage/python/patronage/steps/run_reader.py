"""Candidates straight from what a run wrote, through the same packing as the serving table."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from patronage.logic.serve.catalogue import Product, Shelf, pack_pages, unpack_pages
from patronage.logic.serve.packing import Candidate, pack, unpack
from patronage.logic.serve.pointer import Entry
from patronage.steps.generation import RunOutputs, model_of
from patronage.steps.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from patronage.stores.objects import ObjectStore


class RunReader:
    """A `RecommendationReader` over one run."""

    def __init__(self, store: ObjectStore, run_id: str) -> None:
        self._store = store
        self._manifest = Manifest.load(store, run_id)
        self._outputs = RunOutputs(store, run_id, self._manifest.shop)

    def shelf(self, now: datetime) -> Shelf:
        popular = self._outputs.popular(self._product_ids)
        return Shelf(self._entry, unpack_pages(pack_pages(self._products)), unpack(pack(popular)))

    def remembered_shelf(self, now: datetime) -> Shelf | None:
        return None

    def candidates(
        self, wanted: Sequence[tuple[str, str]], generation: str
    ) -> dict[tuple[str, str], list[Candidate]]:
        found = {key: self._candidates(*key) for key in wanted}
        return {key: unpack(pack(candidates)) for key, candidates in found.items() if candidates}

    def _candidates(self, kind: str, item_id: str) -> list[Candidate]:
        if kind == "popular":
            return self._outputs.contexts(self._product_ids).get(item_id, [])
        is_user = kind == "user"
        index = self._outputs.customer_index(item_id) if is_user else self._places.get(item_id)
        shards = "users" if is_user else kind
        return [] if index is None else self._outputs.list_of(shards, index, self._product_ids)

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
