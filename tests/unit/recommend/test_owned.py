from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.recommenders.interactions import Histories
from patronage.logic.recommenders.owned import bought_last

ROWS = st.lists(st.lists(st.integers(0, 8), max_size=12), max_size=6)


@given(ROWS, st.integers(1, 10))
def test_each_product_stands_once_and_those_bought_last_are_kept(rows, most):
    histories = Histories.of_visitors(rows, n_products=9)
    indptr, products = bought_last(histories, most)
    found = [products[start:end].tolist() for start, end in pairwise(indptr)]
    # Otherwise: walk back through each history until enough different products are met.
    assert found == [sorted(list(dict.fromkeys(reversed(row)))[:most]) for row in rows]
    assert (indptr.dtype, products.dtype) == (np.int64, np.int32)


def test_a_product_bought_again_counts_as_bought_last():
    histories = Histories.of_visitors([[0, 1, 2, 0]], n_products=3)
    assert bought_last(histories, 2)[1].tolist() == [0, 2]
