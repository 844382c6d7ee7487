"""What the figures of recommendation compare: fit and the top 20 for all customers, by us and by peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from implicit.nearest_neighbours import CosineRecommender
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from patronage.logic.recommenders import ItemNeighbours, SequenceNeighbours
from patronage.logic.recommenders.candidates import STABLE_TASTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from patronage.logic.recommenders import Interactions

    Answer = NDArray[np.int32]

K = 20
NEIGHBOURS = 50

_ROWS_AT_ONCE = 1_000
_EASE_REGULARIZATION = 200.0


def ours(train: Interactions) -> Answer:
    """Our best item model, with settings chosen on a shop drawn with another seed."""
    return SequenceNeighbours(**STABLE_TASTES).fit(train).recommend(train.histories(), k=K)[0]


def our_items(train: Interactions) -> Answer:
    """Our item-based filtering, which needs no order of purchases."""
    return ItemNeighbours(weighting="tfidf").fit(train).recommend(train.histories(), k=K)[0]


def implicit_cosine(train: Interactions) -> Answer:
    """Run the peer of the figures; it takes as many threads as there are cores, as ours do."""
    model = CosineRecommender(K=NEIGHBOURS)
    history = sparse.csr_matrix(train.history())
    model.fit(history, show_progress=False)
    return model.recommend(np.arange(history.shape[0]), history, N=K)[0]


def ease_in_numpy(train: Interactions) -> Answer:
    """EASE as its paper prints it, in float32."""
    history = train.history()
    gram = (history.T @ history).toarray()
    gram[np.diag_indices_from(gram)] += _EASE_REGULARIZATION
    weights = np.linalg.inv(gram)
    weights /= -np.diag(weights).copy()
    np.fill_diagonal(weights, 0)
    return _best(history, weights)


def sar(train: Interactions) -> Answer:
    """Score as SAR does: Jaccard between products, all pairs of them."""
    history = train.history()
    together = sparse.csr_array(history.T @ history)
    buyers = together.diagonal()
    row = np.repeat(np.arange(len(buyers)), np.diff(together.indptr))
    together.data /= buyers[row] + buyers[together.indices] - together.data
    return _best(history, together)


def scikit_learn(train: Interactions) -> Answer:
    """Nearest products by cosine, the customer's scores summed over them."""
    history = train.history()
    columns = sparse.csr_matrix(history.T)
    found = NearestNeighbors(n_neighbors=NEIGHBOURS + 1, metric="cosine", algorithm="brute").fit(columns)
    distances, ids = found.kneighbors(columns)
    indptr = np.arange(0, ids.size + 1, ids.shape[1])
    cells = ((1 - distances).ravel().astype(np.float32), ids.ravel(), indptr)
    similarity = sparse.csr_array(cells, shape=(len(ids), len(ids)))
    similarity.setdiag(0)
    return _best(history, similarity)


MODELS: dict[str, Callable[[Interactions], Answer]] = {
    "ours": ours,
    "our items": our_items,
    "implicit CosineRecommender(K=50)": implicit_cosine,
    "EASE in NumPy": ease_in_numpy,
    "SAR": sar,
    "scikit-learn NearestNeighbors": scikit_learn,
}


def _best(history: sparse.csr_array, weights: object) -> Answer:
    """Take the best of each row's scores, what was bought left out."""
    return np.concatenate([_best_of(scores) for scores in _scores(history, weights)])


def _scores(history: sparse.csr_array, weights: object) -> Iterator[NDArray[np.float32]]:
    for start in range(0, history.shape[0], _ROWS_AT_ONCE):
        block = history[start : start + _ROWS_AT_ONCE]
        scores = block @ weights
        scores = scores.toarray() if sparse.issparse(scores) else scores
        scores[block.nonzero()] = -np.inf
        yield scores


def _best_of(scores: NDArray[np.float32]) -> Answer:
    ids = np.argpartition(-scores, K, axis=1)[:, :K]
    order = np.argsort(-np.take_along_axis(scores, ids, axis=1), axis=1)
    return np.take_along_axis(ids, order, axis=1).astype(np.int32)
