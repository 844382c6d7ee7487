"""What is learnt on Spark, against the same models of NumPy, by hand, and against MLlib's own answers."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from pyspark.ml.recommendation import ALS
from pyspark.sql import functions as sql

from patronage.engines.spark_learn.kmeans import refining
from patronage.engines.spark_learn.methods import Learner
from patronage.engines.spark_learn.neighbours import CoPurchases, learn_together
from patronage.errors import BadInput
from patronage.logic.evaluation import measure_ranking, time_ordered_holdout
from patronage.logic.recommenders import ItemNeighbours, Side
from patronage.logic.recommenders.als import ImplicitAls
from patronage.logic.recommenders.candidates import candidate
from patronage.logic.recommenders.together import BoughtTogether
from patronage.logic.segments.clusters import Clusters, nearest
from recommend_support import interactions
from spark_learning_support import in_spark, tasteful_shop

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")


@pytest.fixture(scope="module")
def shop():
    return tasteful_shop()


@pytest.fixture(scope="module")
def purchases(shop, spark):
    return in_spark(shop, spark)


@pytest.fixture(scope="module")
def co_purchases(purchases):
    found = CoPurchases(purchases)
    yield found
    found.forget()


def assert_same(ours, theirs, *, relative=1e-6):
    for name in ("similarity_", "share_"):
        one, other = (getattr(model, name) for model in (ours, theirs))
        assert one.nnz == other.nnz > 0
        np.testing.assert_array_equal(one.indptr, other.indptr)
        np.testing.assert_array_equal(one.indices, other.indices)
        np.testing.assert_allclose(one.data, other.data, rtol=relative)


@pytest.mark.parametrize("weighting", ["cosine", "tfidf", "bm25"])
@pytest.mark.parametrize("neighbours", [5, 200])
def test_item_neighbours_are_those_of_numpy(shop, co_purchases, weighting, neighbours):
    settings = {"weighting": weighting, "neighbours": neighbours}
    ours, theirs = co_purchases.learn(ItemNeighbours(**settings)), ItemNeighbours(**settings).fit(shop)
    ours.popular_ = theirs.popular_
    assert_same(ours, theirs)
    everybody = shop.histories()
    (ids, scores), (their_ids, their_scores) = (each.recommend(everybody, k=20) for each in (ours, theirs))
    np.testing.assert_array_equal(ids, their_ids)
    np.testing.assert_allclose(scores, their_scores, rtol=1e-6)


def test_what_is_bought_in_one_basket_is_that_of_numpy(shop, purchases):
    ours = learn_together(BoughtTogether(neighbours=5), purchases)
    assert_same(ours, BoughtTogether(neighbours=5).fit(shop))


def test_of_equal_neighbours_the_lower_products_are_kept(spark):
    """Everybody bought everything, so that all likenesses are one."""
    cells = [(customer, product) for customer in range(6) for product in range(9)]
    shop = interactions(*zip(*cells, strict=True))
    ours = CoPurchases(in_spark(shop, spark)).learn(ItemNeighbours(neighbours=3))
    theirs = ItemNeighbours(neighbours=3).fit(shop)
    for model in (ours, theirs):
        kept = [model.similarity_[[row]].indices.tolist() for row in range(9)]
        assert kept == [[product for product in range(9) if product != row][:3] for row in range(9)]


def test_a_long_history_is_capped_at_its_newest_products_and_buyers_are_counted_in_full(spark):
    """Customer 0 bought products 0 to 5 on days 0 to 5, customer 1 the products 0 and 5."""
    shop = interactions([0, 0, 0, 0, 0, 0, 1, 1], [0, 1, 2, 3, 4, 5, 0, 5], [0, 1, 2, 3, 4, 5, 9, 9])
    model = CoPurchases(in_spark(shop, spark), most_products=3).learn(ItemNeighbours(shrinkage=1.0))
    both = Counter(permutations((3, 4, 5), 2)) + Counter(permutations((0, 5), 2))
    buyers = np.array([2, 1, 1, 1, 1, 2])
    expected = np.zeros((6, 6))
    for (one, other), count in both.items():
        expected[one, other] = count / np.sqrt(buyers[one] * buyers[other]) * count / (count + 1)
    np.testing.assert_allclose(model.similarity_.toarray(), expected, rtol=1e-6)
    assert model.buyers_.tolist() == buyers.tolist()


def test_popularity_and_trends_are_those_of_numpy(shop, purchases):
    learner = Learner(purchases, side=Side())
    ours, theirs = learner.learn(candidate("popularity")), candidate("popularity").fit(shop)
    np.testing.assert_allclose(ours.scores_, theirs.scores_, rtol=1e-6)
    np.testing.assert_array_equal(ours.popular_, theirs.popular_)
    settings = {"trending": True}
    ours, theirs = (candidate("item_to_item", settings) for _ in range(2))
    ours, theirs = learner.learn(ours), theirs.fit(shop)
    np.testing.assert_allclose(ours.trend_, theirs.trend_, rtol=1e-5)
    np.testing.assert_array_equal(ours.recommend(shop.histories())[0], theirs.recommend(shop.histories())[0])


def test_other_methods_are_refused(purchases):
    with pytest.raises(BadInput, match=r"Ease is not trained on Spark; it compares popularity, .*, als"):
        Learner(purchases, side=Side()).learn(candidate("ease"))


def test_histories_are_folded_in_as_mllib_solves_its_customers(shop, purchases):
    """The last thing that MLlib solves are its customers' factors, by the products' factors that it keeps."""
    model = ImplicitAls(factors=6, alpha=8.0, regularization=3.0, weighted=True)
    history = purchases.drawn.history()
    model.penalty_ = model.penalty_of(
        history.nnz, *((np.diff(each.indptr) > 0).sum() for each in (history, history.T.tocsr()))
    )
    bought = purchases.frame.select("customer", "product").distinct().withColumn("bought", sql.lit(1.0))
    theirs = ALS(
        rank=6, maxIter=3, regParam=model.penalty_, implicitPrefs=True, alpha=7.0, seed=1,
        userCol="customer", itemCol="product", ratingCol="bought", numUserBlocks=2, numItemBlocks=2,
    ).fit(bought)  # fmt: skip
    products, customers = (frame.toArrow().to_pydict() for frame in (theirs.itemFactors, theirs.userFactors))
    factors = np.zeros((shop.n_products, 6), dtype=np.float32)
    factors[products["id"]] = products["features"]
    folded = model._folded(history, factors)
    np.testing.assert_allclose(folded[customers["id"]], customers["features"], rtol=1e-3, atol=1e-4)


def objective(model, history):
    """What a weighted model minimises, with the customers that suit the products best."""
    customers, products = model._folded(history, model.product_factors_), model.product_factors_
    bought = history.toarray()
    errors = np.where(bought > 0, model.alpha, 1) * (bought - customers @ products.T) ** 2
    sizes = bought.sum(axis=1) @ (customers**2).sum(axis=1) + bought.sum(axis=0) @ (products**2).sum(axis=1)
    return float(errors.sum() + model.penalty_ * sizes)


def test_als_is_as_good_as_that_of_numpy(shop, spark):
    """By what the first factors are, objectives differ by 1 % and NDCG@10 by 0.04, on either."""
    holdout = time_ordered_holdout(shop)
    settings = {"factors": 8, "alpha": 10.0, "regularization": 5.0, "iterations": 15}
    purchases = in_spark(holdout.train, spark)
    ours = Learner(purchases, side=Side()).learn(ImplicitAls(**settings, weighted=True))
    same, plain = (ImplicitAls(**settings, weighted=how).fit(holdout.train) for how in (True, False))
    assert ours.penalty_ == pytest.approx(same.penalty_)
    history = holdout.train.history()
    assert objective(ours, history) == pytest.approx(objective(same, history), rel=0.02)

    def ndcg(model):
        ids, _ = model.recommend(holdout.histories)
        return measure_ranking(ids, holdout.relevant, resamples=1).metrics["ndcg"].value

    assert ndcg(ours) == pytest.approx(ndcg(plain), abs=0.05)
    assert ndcg(ours) > 2 * ndcg(candidate("popularity").fit(holdout.train))


def test_clusters_are_those_of_scikit_learn(spark):
    """The same number of clusters, names and inertia; hardly a customer on another side of a border."""
    rng = np.random.default_rng(2)
    kinds = rng.integers(0, 3, 900)
    features = {
        name: np.exp(rng.normal(kinds * scale, 0.4))
        for name, scale in (("occasions", 1.0), ("net_per_occasion_minor", -1.0), ("recency_days", 0.5))
    }
    ours, theirs = (
        Clusters(random_state=3, **how).fit(features) for how in ({"refine": refining(spark)}, {})
    )
    assert [each.name for each in ours.profiles_] == [each.name for each in theirs.profiles_]
    assert ours.partition_.inertia == pytest.approx(theirs.partition_.inertia, rel=1e-3)
    assert (ours.partition_.labels == theirs.partition_.labels).mean() > 0.99


def test_k_means_goes_on_to_where_it_stands_still(spark):
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(400, 3)) + 4 * np.eye(3)[rng.integers(0, 3, 400)]
    centres = refining(spark)(rows, rows[:3])
    labels, _ = nearest(rows, centres)
    means = [rows[labels == label].mean(axis=0) for label in range(3)]
    np.testing.assert_allclose(centres, means, atol=1e-3)
