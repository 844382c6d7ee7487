"""What every model of explicit ratings must do, whatever its method."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from ratings_support import cliques, rated, rmse

from patronage.errors import BadInput
from patronage.logic.recommenders import Histories
from patronage.logic.recommenders.ratings import (
    RATING_MODELS,
    BiasRatings,
    ContentRatings,
    GibbsRatings,
    HybridRatings,
    ItemCfRatings,
    NmfRatings,
    SvdRatings,
)

quick_gibbs = partial(GibbsRatings, factors=4, burn_in=10, draws=20, kept=10)
MODELS = {
    "baseline": BiasRatings,
    "item_cf": ItemCfRatings,
    "svd": partial(SvdRatings, factors=4),
    "nmf": partial(NmfRatings, factors=4),
    "content": ContentRatings,
    "gibbs": quick_gibbs,
    "hybrid": partial(HybridRatings, members={"item_cf": ItemCfRatings, "gibbs": quick_gibbs}),
}
PERSONAL = [name for name in MODELS if name != "baseline"]


@pytest.fixture(scope="module")
def shop():
    return cliques()


@pytest.fixture(scope="module")
def fitted(shop):
    seen, _, side = shop
    return {name: make().fit(seen, side=side) for name, make in MODELS.items()}


def test_every_model_has_a_name():
    assert set(RATING_MODELS) == set(MODELS)


@pytest.mark.parametrize("name", PERSONAL)
def test_withheld_ratings_are_found(name, shop, fitted):
    _, withheld, _ = shop
    predicted = fitted[name].predict(withheld.customers, withheld.products, days=withheld.days)
    usual = fitted["baseline"].predict(withheld.customers, withheld.products)
    assert rmse(predicted, withheld.values) < 0.55 * rmse(usual, withheld.values)


@pytest.mark.parametrize("name", PERSONAL)
def test_lists_hold_what_the_customer_would_rate_high(name, shop, fitted):
    seen, _, _ = shop
    histories = seen.histories(np.arange(60))
    ids, scores = fitted[name].recommend(histories, k=5)
    assert ((ids + np.arange(60)[:, None]) % 2 == 0).mean() > 0.97
    assert (np.diff(scores, axis=1) <= 0).all()
    own = histories.matrix().toarray()
    assert not own[np.arange(60)[:, None], ids].any()


@pytest.mark.parametrize("name", MODELS)
def test_fitting_again_changes_nothing(name, shop, fitted):
    seen, withheld, side = shop
    again = MODELS[name]().fit(withheld, side=side).fit(seen, side=side)
    pairs = (withheld.customers, withheld.products)
    np.testing.assert_array_equal(again.predict(*pairs), fitted[name].predict(*pairs))


@pytest.mark.parametrize("name", MODELS)
def test_corrupting_withheld_rows_changes_no_prediction(name, shop, fitted):
    """Whoever asks knows the pair and the day, and nothing else of a row that is held out."""
    seen, withheld, side = shop
    corrupt = replace(withheld, values=(5 - withheld.values).astype(np.float32))
    whole = rated(
        *(
            np.concatenate([getattr(seen, part), getattr(corrupt, part)])
            for part in ("customers", "products")
        ),
        np.concatenate([seen.values, corrupt.values]),
        np.concatenate([seen.days, corrupt.days]),
        n_customers=61,
        n_products=61,
    )
    model = MODELS[name]().fit(whole.where(np.arange(len(whole.values)) < len(seen.values)), side=side)
    pairs = (withheld.customers, withheld.products)
    expected = fitted[name].predict(*pairs, days=withheld.days)
    np.testing.assert_array_equal(model.predict(*pairs, days=corrupt.days), expected)
    # A prediction hangs on its own pair and day alone, not on which others are asked for beside it.
    alone = model.predict(pairs[0][5:6], pairs[1][5:6], days=withheld.days[5:6])
    np.testing.assert_allclose(alone, expected[5:6], rtol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_strangers_get_what_is_usual_within_the_scale(name, shop, fitted):
    seen, _, _ = shop
    predicted = fitted[name].predict(np.array([-1, 60, 60], np.int32), np.array([0, 0, 60], np.int32))
    assert np.isfinite(predicted).all()
    assert predicted.dtype == np.float32
    assert (predicted >= seen.values.min()).all()
    assert (predicted <= seen.values.max()).all()
    ids, scores = fitted[name].recommend(Histories.of_visitors([[3]], n_products=61), k=4)
    np.testing.assert_array_equal(scores, 0)
    assert len(set(ids[0].tolist())) == 4


@pytest.mark.parametrize("name", MODELS)
def test_a_handful_of_ratings_without_tags_or_days_will_do(name):
    few = rated([0, 0, 1, 1, 2, -1], [0, 1, 0, 2, 1, 1], [5, 3, 4, 1, 2, 1], n_customers=4, n_products=4)
    predicted = MODELS[name]().fit(few).predict(np.arange(4), np.arange(4))
    assert np.isfinite(predicted).all()


@pytest.mark.parametrize("name", MODELS)
def test_equal_ratings_are_predicted_equal(name):
    same = rated([0, 0, 1, 1, 2], [0, 1, 0, 2, 1], [3, 3, 3, 3, 3])
    np.testing.assert_array_equal(MODELS[name]().fit(same).predict(np.arange(3), np.arange(3)), 3)


def test_only_the_last_rating_of_a_product_counts():
    twice = rated([0, 0, 1, 1], [0, 0, 0, 1], [1, 5, 4, 2], [9, 3, 1, 1])
    once = rated([0, 1, 1], [0, 0, 1], [1, 4, 2])
    pairs = (np.array([0, 1]), np.array([1, 1]))
    expected = BiasRatings().fit(once).predict(*pairs)
    np.testing.assert_allclose(BiasRatings().fit(twice).predict(*pairs), expected)


def test_purchases_are_no_ratings(shop):
    seen, _, _ = shop
    with pytest.raises(BadInput, match="no ratings"):
        BiasRatings().fit(replace(seen, values=None))


def test_ratings_must_be_numbers(shop):
    seen, _, _ = shop
    with pytest.raises(BadInput, match="finite"):
        BiasRatings().fit(replace(seen, values=np.full_like(seen.values, np.nan)))


@pytest.mark.parametrize(
    "model",
    [
        BiasRatings(customer_shrinkage=0),
        ItemCfRatings(noise=0),
        ItemCfRatings(together=-1),
        ContentRatings(text_weight=-1),
        SvdRatings(factors=0),
        NmfRatings(regularization=-1),
        GibbsRatings(draws=0),
        GibbsRatings(draws=5, kept=6),
        GibbsRatings(burn_in=-1),
        HybridRatings(held_out_share=1),
        HybridRatings(members={}),
        HybridRatings(regularization=0),
    ],
    ids=repr,
)
def test_settings_out_of_range_are_refused(model, shop):
    with pytest.raises(BadInput):
        model.fit(shop[0])


@pytest.mark.parametrize(
    ("model", "sizes"),
    [
        (ItemCfRatings(), {"n_products": 10_000}),
        (ContentRatings(), {"n_products": 10_000}),
        (GibbsRatings(), {"n_customers": 1_000_000}),
    ],
    ids=repr,
)
def test_shops_too_large_for_a_model_are_named(model, sizes, shop):
    seen, _, _ = shop
    assert model.why_not(seen) == ""
    assert str(next(iter(sizes.values())))[:3] in model.why_not(replace(seen, **sizes))


def test_the_hybrid_leaves_out_what_the_shop_is_too_large_for():
    few = rated([0, 0, 1, 1], [0, 1, 0, 2], [5, 3, 4, 1], n_products=10_000)
    members = {"baseline": BiasRatings, "item_cf": ItemCfRatings}
    model = HybridRatings(members=members).fit(few)
    assert model.names_.tolist() == ["baseline"]
    with pytest.raises(BadInput, match="beyond each of item_cf"):
        HybridRatings(members={"item_cf": ItemCfRatings}).fit(few)
