"""A shard of lists is packed as its candidates would be, one by one."""

from __future__ import annotations

import io

import numpy as np
import pytest

from patronage.logic.arrays import read_npz
from patronage.logic.serve.kinds import NAMES
from patronage.logic.serve.packing import pack
from patronage.steps.list_shards import ListShard

PRODUCTS = ["a#b", "d", "日本", "x" * 256, "", "e\u0301", "🛍"]
ROWS, WIDTH = 40, 6


@pytest.fixture
def shard() -> ListShard:
    """Fill rows from the left, some of them with nothing, and give them reasons of all kinds."""
    chance = np.random.default_rng(5)
    items = np.array([chance.permutation(len(PRODUCTS))[:WIDTH] for _ in range(ROWS)], dtype=np.int32)
    items[np.arange(WIDTH) >= chance.integers(0, WIDTH + 1, (ROWS, 1))] = -1
    arrays = {
        "rows": np.arange(100, 100 + ROWS, dtype=np.int32),
        "items": items,
        "scores": chance.random((ROWS, WIDTH), dtype=np.float32),
        "because": chance.integers(-1, len(PRODUCTS), (ROWS, WIDTH), dtype=np.int32),
        "share": chance.random((ROWS, WIDTH), dtype=np.float32),
        "kind": chance.choice(np.array(sorted(NAMES), dtype=np.int32), (ROWS, WIDTH)),
    }
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return ListShard(read_npz(content.getvalue()))


def test_lists_are_packed_as_their_candidates_are(shard):
    lists = dict(shard.lists(PRODUCTS))
    assert list(lists) == list(range(100, 100 + ROWS))
    lengths = {len(candidates) for candidates in lists.values()}
    assert {0, WIDTH} <= lengths
    assert any(each.because is None for candidates in lists.values() for each in candidates)
    packed = {index: pack(candidates) if candidates else b"" for index, candidates in lists.items()}
    assert dict(shard.packed(PRODUCTS)) == packed
