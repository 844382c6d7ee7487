"""A shard of lists as a run wrote it: who or what each list is of, its candidates, and what users bought."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Any

from patronage.logic.arrays import read_npz
from patronage.logic.serve.packing import Candidate, pack_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from patronage.logic.arrays import Array
    from patronage.stores.objects import ObjectStore


@dataclass(frozen=True)
class ListShard:
    """The arrays of a shard; `recommendation_shards` says which there are.

    Parameters
    ----------
    arrays : mapping
        By name.
    """

    arrays: Mapping[str, Array]

    @classmethod
    def read(cls, store: ObjectStore, key: str) -> ListShard:
        """Read a shard's file."""
        return cls(read_npz(store.read_bytes(key)))

    def lists(self, product_ids: list[str]) -> Iterator[tuple[int, list[Candidate]]]:
        """Yield each user or product, by index, with the candidates."""
        for index, columns in self._rows():
            candidates = [
                Candidate(product_ids[item], score, product_ids[other] if other >= 0 else None, share, kind)
                for item, score, other, share, kind in zip(*columns, strict=True)
            ]
            yield index, candidates

    def packed(self, product_ids: list[str]) -> Iterator[tuple[int, bytes]]:
        """Yield each user or product, by index, with the candidates as `pack` packs them; none, no bytes."""
        ids = [product_id.encode() for product_id in product_ids]
        for index, (items, scores, because, shares, kinds) in self._rows():
            named = [ids[other] if other >= 0 else None for other in because]
            listed = [ids[item] for item in items]
            yield index, pack_columns(listed, scores, named, shares, kinds) if listed else b""

    def bought(self) -> dict[int, list[int]]:
        """Return what each user bought, by index: places in the list of products, rising."""
        if "bought_indptr" not in self.arrays:
            return {}
        ends, items = self.arrays["bought_indptr"].values, self.arrays["bought_items"].values
        rows = zip(self.arrays["rows"].values, ends, ends[1:], strict=False)
        return {index: items[start:end].tolist() for index, start, end in rows}

    def _rows(self) -> Iterator[tuple[int, list[list[Any]]]]:
        """Yield each row's index, with items, scores, because, shares and kinds where there is an item."""
        arrays = [self.arrays[name] for name in ("items", "scores", "because", "share", "kind")]
        for row, index in enumerate(self.arrays["rows"].values):
            columns = [array.row(row).tolist() for array in arrays]
            if -1 in columns[0]:
                is_item = [item >= 0 for item in columns[0]]
                columns = [list(compress(column, is_item)) for column in columns]
            yield index, columns
