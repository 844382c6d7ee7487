"""The k best of each row, against sorting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from patronage.logic.recommenders.ranking import top_k, top_k_sparse


def drawn(seed: int, *, rows: int = 40, columns: int = 30) -> np.ndarray:
    """Scores of few different values, so that many are equal; about half of the cells are empty."""
    rng = np.random.default_rng(seed)
    return (rng.integers(0, 6, (rows, columns)) * (rng.random((rows, columns)) < 0.5)).astype(np.float32)


@pytest.mark.parametrize("k", [1, 5, 30, 40])
@pytest.mark.parametrize("seed", range(3))
def test_what_may_not_be_chosen_is_as_if_it_had_no_score(k, seed):
    scores = drawn(seed)
    eligible = np.random.default_rng(seed + 10).random(scores.shape[1]) < 0.7
    taken = sparse.csr_array(drawn(seed + 20) > 3, dtype=np.float32)
    left = np.where(eligible & (taken.toarray() == 0), scores, np.float32(0))

    ids, best = top_k_sparse(sparse.csr_array(scores), k, eligible=eligible, taken=taken)

    for row, (found, values) in enumerate(zip(ids, best, strict=True)):
        by_hand = sorted(np.flatnonzero(left[row]), key=lambda column: (-left[row, column], column))[:k]
        assert found[found >= 0].tolist() == by_hand
        assert values[found >= 0].tolist() == left[row, by_hand].tolist()


def test_without_filters_it_is_what_the_dense_one_gives():
    scores = drawn(7)

    for ours, dense in zip(top_k_sparse(sparse.csr_array(scores), 5), top_k(scores, 5), strict=True):
        np.testing.assert_array_equal(ours, dense)
