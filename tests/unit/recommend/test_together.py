from __future__ import annotations

import numpy as np

from patronage.logic.recommenders.together import BoughtTogether
from recommend_support import interactions

# Baskets: {0, 1}, {0, 1, 2} of customer 0 on two days; {0, 2}, {3} of customers 1 and 2; a guest's {0, 3}.
SHOP = interactions(
    [0, 0, 0, 0, 0, 1, 1, 2, -1, -1], [0, 1, 0, 1, 2, 0, 2, 3, 0, 3], [1, 1, 2, 2, 2, 1, 1, 1, 1, 1]
)


def test_confidence_beyond_chance_by_hand():
    model = BoughtTogether(min_support=1, shrinkage=0).fit(SHOP)
    assert model.baskets_.tolist() == [3, 2, 2, 1]
    expected = np.array(
        [
            [0, 2 / 3 - 2 / 4, 2 / 3 - 2 / 4, 0],
            [1 - 3 / 4, 0, 0, 0],  # to 2: 1/2 is what chance gives
            [1 - 3 / 4, 0, 0, 0],
            [0, 0, 0, 0],
        ]
    )
    np.testing.assert_allclose(model.similarity_.toarray(), expected, atol=1e-6)
    np.testing.assert_allclose(model.similar(k=1)[2].ravel(), [2 / 3, 1, 1, 0], rtol=1e-6)


def test_support_and_shrinkage_by_hand():
    model = BoughtTogether(min_support=2, shrinkage=1).fit(SHOP)
    # 0 leads to 1 and 2 in 2 of 3 + 1 baskets, which is no more than chance; 1 and 2 to 0 in 2 of 2 + 1.
    assert model.similarity_.nnz == 0
    assert BoughtTogether(min_support=3, shrinkage=0).fit(SHOP).similarity_.nnz == 0


def test_days_and_customers_do_not_mix():
    shop = interactions([0, 0, 1, 1], [0, 1, 2, 3], [1, 2, 1, 1])
    pairs = BoughtTogether(min_support=1, shrinkage=0).fit(shop).similarity_.tocoo()
    assert set(zip(*pairs.coords, strict=True)) == {(2, 3), (3, 2)}
