"""Which product of a history speaks most for another, against looking at each."""

from __future__ import annotations

import numpy as np
import pytest

from patronage.logic.recommenders import ItemNeighbours
from patronage.logic.recommenders import item_to_item as module
from patronage.logic.recommenders.hybrid import Hybrid
from patronage.logic.recommenders.sequence import SequenceNeighbours
from recommend_support import random_shop


@pytest.mark.parametrize("make", [ItemNeighbours, SequenceNeighbours])
def test_the_reason_is_the_product_of_the_history_that_leads_there_most(make):
    shop = random_shop()
    model = make().fit(shop)
    histories = shop.histories()
    ids, _ = model.recommend(histories, k=8)

    because = model._explain(histories, ids).because

    similarity, weights = model.similarity_.toarray(), model._weights(histories).toarray()
    for row, column in np.ndindex(ids.shape):
        led = weights[row] * similarity[:, ids[row, column]]
        if make is ItemNeighbours:  # a sequence drops what nobody bought near each other
            assert because[row, column] == (led.argmax() if led.max() > 0 else -1)
        elif because[row, column] >= 0:
            assert because[row, column] == led.argmax()


@pytest.mark.parametrize(
    "make",
    [
        ItemNeighbours,
        lambda: Hybrid({"items": ItemNeighbours(), "sequence": SequenceNeighbours()}),
    ],
)
def test_blocks_give_the_same(make, monkeypatch):
    shop = random_shop()
    model = make().fit(shop)
    histories = shop.histories()
    ids, _ = model.recommend(histories, k=8)
    whole = model.explain(histories, ids)

    monkeypatch.setattr(module, "_BOUGHT_AT_ONCE", 3)
    monkeypatch.setattr("patronage.logic.recommenders.hybrid._BOUGHT_AT_ONCE", 7)
    blocks = model.explain(histories, ids)

    for name in ("kind", "because", "share"):
        np.testing.assert_array_equal(getattr(blocks, name), getattr(whole, name))
