"""Content similarity: products of which the shop says alike things."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from patronage.errors import BadInput
from patronage.logic.recommenders import content
from patronage.logic.recommenders.content import ContentNeighbours
from patronage.logic.recommenders.interactions import Histories, Interactions, Side
from patronage.logic.recommenders.word_vectors import WordVectors
from patronage.logic.serve.kinds import ALIKE

WORDS = ["tea", "green", "black", "cup", "glass", "garden", "spade", "desk", "oak", "pine", "blue", "red"]


def bought(products, *, n_products) -> Interactions:
    products = np.array(products, dtype=np.int32)
    zeros = np.zeros_like(products)
    return Interactions(zeros, products, zeros, 1, n_products)


def texts(n=60, seed=0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, rng.integers(2, 9))) for _ in range(n)]


def cosines(model: ContentNeighbours) -> np.ndarray:
    return model.share_.toarray()


class TestLikeness:
    def test_of_texts_is_scikit_learns_tfidf_cosine(self):
        described = texts()
        theirs = TfidfVectorizer(sublinear_tf=True).fit_transform(described)
        expected = (theirs @ theirs.T).toarray()
        np.fill_diagonal(expected, 0)
        model = ContentNeighbours(common=1.0).fit(bought([0], n_products=60), side=Side(texts=described))
        np.testing.assert_allclose(cosines(model), expected, atol=1e-6)

    def test_texts_and_tags_weigh_the_same(self):
        side = Side(
            texts=["green tea", "green tea", "oak desk"],
            product_tags=[["brand=a"], ["brand=b"], ["brand=a"]],
        )
        model = ContentNeighbours().fit(bought([0], n_products=3), side=side)
        np.testing.assert_allclose(cosines(model), [[0, 0.5, 0.5], [0.5, 0, 0], [0.5, 0, 0]], atol=1e-6)

    def test_common_tags_say_nothing_unless_there_is_no_other(self):
        n = 400
        tags = [["category=shop", f"brand={p // 2}"] for p in range(n - 2)] + [["category=shop"]] * 2
        model = ContentNeighbours(neighbours=n).fit(bought([0], n_products=n), side=Side(product_tags=tags))
        assert cosines(model)[0].nonzero()[0].tolist() == [1]
        assert cosines(model)[n - 1].nonzero()[0].tolist() == [n - 2]

    def test_of_equally_alike_products_the_popular_one_comes_first(self):
        side = Side(product_tags=[["category=tea"]] * 4)
        model = ContentNeighbours(neighbours=2).fit(bought([2, 2, 2, 3, 3, 0], n_products=4), side=side)
        assert model.similar(k=3)[0].tolist() == [[2, 3, -1], [2, 3, -1], [3, 0, -1], [2, 0, -1]]

    def test_blocks_give_the_same(self, monkeypatch):
        side, orders = Side(texts=texts()), bought([0, 5, 5], n_products=60)
        whole = ContentNeighbours(neighbours=7).fit(orders, side=side)
        monkeypatch.setattr("patronage.logic.recommenders.content._CELLS_AT_ONCE", 60 * 11)
        parts = ContentNeighbours(neighbours=7).fit(orders, side=side)
        np.testing.assert_array_equal(parts.similarity_.toarray(), whole.similarity_.toarray())

    def test_of_many_that_share_a_word_the_most_popular_are_found_by_it(self, monkeypatch):
        monkeypatch.setattr(content, "_MOST_FOUND", 2)
        side = Side(texts=["tea"] * 5 + ["spade"] * 2)
        sold = [2, 2, 2, 4, 4, 0]

        model = ContentNeighbours(common=1.0).fit(bought(sold, n_products=7), side=side)

        found = [set(row.nonzero()[0].tolist()) for row in cosines(model)]
        assert found == [{2, 4}, {2, 4}, {4}, {2, 4}, {2}, {6}, {5}]

    def test_products_of_which_nothing_is_known_have_no_neighbours(self):
        side = Side(texts=["green tea", "", "green tea"], product_tags=[[]])
        model = ContentNeighbours().fit(bought([0], n_products=5), side=side)
        assert model.similar(k=2)[0].tolist() == [[2, -1], [-1, -1], [0, -1], [-1, -1], [-1, -1]]

    def test_nothing_known_at_all_leaves_the_popular_ones(self):
        model = ContentNeighbours().fit(bought([0, 1, 1], n_products=3))
        ids, scores = model.recommend(Histories.of_visitors([[0]], n_products=3), k=2)
        assert ids.tolist() == [[1, 2]]
        assert (scores == 0).all()


class TestRecommending:
    def test_a_new_product_is_found_and_the_reason_is_a_likeness(self):
        side = Side(texts=["green tea", "black tea", "oak desk", "small green tea"])
        model = ContentNeighbours().fit(bought([0, 1, 2], n_products=4), side=side)
        visitor = Histories.of_visitors([[0]], n_products=4)
        ids, scores = model.recommend(visitor, k=2)
        assert ids.tolist() == [[3, 1]]
        assert (scores > 0).all()
        reasons = model.explain(visitor, ids)
        assert reasons.kind.tolist() == [[ALIKE, ALIKE]]
        assert reasons.because.tolist() == [[0, 0]]
        np.testing.assert_allclose(reasons.share[0], cosines(model)[0, [3, 1]])

    @pytest.mark.parametrize(("setting", "value"), [("neighbours", 0), ("common", 0), ("recency", 2)])
    def test_settings_out_of_range_are_refused(self, setting, value):
        with pytest.raises(BadInput, match=f"{setting}={value}"):
            ContentNeighbours(**{setting: value}).fit(bought([0], n_products=1))


class TestWordVectors:
    LINES = ("4 3", "sofa 1 0 0", "couch 0.9 0.1 0", "tulip 0 1 0", "rose 0 0.9 0.1")

    def test_other_words_for_the_same_are_alike(self):
        side = Side(texts=["sofa", "couch", "tulip", "rose"])
        vectors = WordVectors.read(self.LINES)
        model = ContentNeighbours(word_vectors=vectors).fit(bought([0], n_products=4), side=side)
        assert model.similar(k=1)[0][:, 0].tolist() == [1, 0, 3, 2]
        without = ContentNeighbours().fit(bought([0], n_products=4), side=side)
        assert without.similarity_.nnz == 0

    def test_only_wanted_words_are_kept_and_a_header_is_none(self):
        vectors = WordVectors.read(self.LINES, wanted={"sofa", "rose", "elm"})
        assert dict(vectors.places) == {"sofa": 0, "rose": 1}
        np.testing.assert_allclose(vectors.vectors, [[1, 0, 0], [0, 0.9, 0.1]])
        assert len(WordVectors.read(self.LINES[1:]).places) == 4

    def test_the_mean_is_the_smooth_inverse_frequency_by_hand(self):
        described = ["sofa tulip", "tulip", "rose elm", "elm"]
        rarity = {word: np.log(5 / (1 + df)) + 1 for word, df in [("sofa", 1), ("tulip", 2), ("rose", 1)]}
        vector = {line.split()[0]: np.array(line.split()[1:], float) for line in self.LINES[1:]}
        sums = np.stack(
            [
                rarity["sofa"] * vector["sofa"] + rarity["tulip"] * vector["tulip"],
                rarity["tulip"] * vector["tulip"],
                rarity["rose"] * vector["rose"],
                np.zeros(3),
            ]
        )
        unit = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
        common = np.linalg.svd(unit)[2][0]
        rest = unit - np.outer(unit @ common, common)
        rest[:3] /= np.linalg.norm(rest[:3], axis=1, keepdims=True)
        ours = WordVectors.read(self.LINES).means(described, 4)
        np.testing.assert_allclose(ours, rest, atol=1e-5)

    def test_texts_without_a_known_word_stay_unknown(self):
        side = Side(texts=["elm", "", "sofa"])
        model = ContentNeighbours(word_vectors=WordVectors.read(self.LINES))
        assert model.fit(bought([0], n_products=3), side=side).similarity_.nnz == 0

    @pytest.mark.parametrize("line", ["rose 1 2", "rose 1 x 3"])
    def test_a_faulty_line_is_named(self, line):
        with pytest.raises(BadInput, match="line 6"):
            WordVectors.read([*self.LINES, line.replace("rose", "elm")])
