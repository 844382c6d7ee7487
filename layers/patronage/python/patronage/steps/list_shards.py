"""A shard of lists as a run wrote it: who or what each list is of, its candidates, and what users bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.logic.arrays import read_npz
from patronage.logic.serve.packing import Candidate

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
        for place, index in enumerate(self.arrays["rows"].values):
            yield index, self._candidates(place, product_ids)

    def bought(self) -> dict[int, list[int]]:
        """Return what each user bought, by index: places in the list of products, rising."""
        if "bought_indptr" not in self.arrays:
            return {}
        ends, items = self.arrays["bought_indptr"].values, self.arrays["bought_items"].values
        rows = zip(self.arrays["rows"].values, ends, ends[1:], strict=False)
        return {index: items[start:end].tolist() for index, start, end in rows}

    def _candidates(self, row: int, product_ids: list[str]) -> list[Candidate]:
        """Return the candidates of one row; -1 means none."""
        columns = (self.arrays[name].row(row) for name in ("items", "scores", "because", "share", "kind"))
        return [
            Candidate(product_ids[index], score, product_ids[because] if because >= 0 else None, share, kind)
            for index, score, because, share, kind in zip(*columns, strict=True)
            if index >= 0
        ]
