"""Item-based collaborative filtering: products that the same customers bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.item_to_item import ItemToItem
from patronage.logic.recommenders.pruning import kept_cells, stacked, strongest_cells
from patronage.logic.recommenders.threads import in_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Interactions, Matrix, Scores, Side

    Sums = sparse.csr_array[Any, tuple[int, int]]

Weighting = Literal["cosine", "tfidf", "bm25"]

_ROWS_AT_ONCE = 512
_BM25_K1, _BM25_B = 1.2, 0.75


class ItemNeighbours(ItemToItem):
    """Score a product by its similarity to what the customer bought.

    The similarity of two products is the cosine of their columns in the customers by products matrix
    (Sarwar, Karypis, Konstan and Riedl, WWW 2001), times ``n / (n + shrinkage)`` for the n customers who
    bought both (Bell and Koren, KDD 2007). Each product keeps its `neighbours` nearest.

    Parameters
    ----------
    neighbours : int
        How many similar products each product keeps.
    shrinkage : float
        Pulls similarities down that few customers support.
    weighting : {"cosine", "tfidf", "bm25"}
        What a purchase weighs before the cosine: 1; or less the more products the customer bought (inverse
        document frequency, the customer in the place of the word). Or no cosine, but the product of both
        products' weights under BM25 (Robertson and Zaragoza, 2009), which lets those with many buyers lead.
    """

    def __init__(
        self, *, neighbours: int = 50, shrinkage: float = 2.0, weighting: Weighting = "cosine"
    ) -> None:
        self.neighbours = neighbours
        self.shrinkage = shrinkage
        self.weighting = weighting

    def _check(self) -> None:
        if self.neighbours < 1:
            raise BadInput(f"neighbours={self.neighbours} must be at least 1")
        if self.shrinkage < 0:
            raise BadInput(f"shrinkage={self.shrinkage} must not be negative")
        if self.weighting not in get_args(Weighting):
            raise BadInput(f"weighting={self.weighting!r} is none of {', '.join(get_args(Weighting))}")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        history = interactions.history()
        self.buyers_: Scores = np.bincount(history.indices, minlength=history.shape[1]).astype(np.float32)
        rarity = None if self.weighting == "cosine" else rarity_of(np.diff(history.indptr), history.shape[1])
        scale = self.scale_of(None if rarity is None else rarity @ history)
        bought_by = history.T.tocsr()
        # One sum of complex numbers instead of two sums: the counts are real, what they weigh imaginary.
        paired: Sums = history if rarity is None else history.astype(np.complex64)

        def neighbours_of(products: slice) -> list[Matrix]:
            """Find the neighbours of a range of products, and the shares of their buyers."""
            buyers = bought_by[products]
            left: Sums = buyers if rarity is None else _with_weights(buyers, rarity)
            return self.nearest(left @ paired, products.start, scale)

        self.similarity_, self.share_ = stacked(in_blocks(neighbours_of, history.shape[1], _ROWS_AT_ONCE))

    def nearest(self, sums: Sums, first: int, scale: Scores) -> list[Matrix]:
        """Find the neighbours of a range of products from the sums over the customers who bought both.

        Parameters
        ----------
        sums : sparse CSR array, shape (range, products)
            For each pair how many customers bought both, and as the imaginary part what their purchases
            weigh; cosines need no such part.
        first : int
            Which product the first row is of.
        scale : array of float32, shape (products,)
            As `scale_of` gives it.

        Returns
        -------
        list of sparse CSR array, each of shape (range, products)
            Similarities, and shares of the range's buyers.
        """
        row = np.repeat(np.arange(first, first + sums.shape[0]), np.diff(sums.indptr))
        both = sums.data.real
        similar = (both if self.weighting == "cosine" else sums.data.imag) * scale[row] * scale[sums.indices]
        similar *= both / (both + np.float32(self.shrinkage))
        similar[row == sums.indices] = 0
        similarity: Matrix = sparse.csr_array((similar, sums.indices, sums.indptr), shape=sums.shape)
        kept = strongest_cells(similarity, self.neighbours)
        return kept_cells(similarity, kept, similar, both / self.buyers_[row])

    def scale_of(self, weighed: Scores | None) -> Scores:
        """Return what the similarities of each product are multiplied by, of shape (products,).

        Parameters
        ----------
        weighed : array of float32, shape (products,), optional
            What the purchases of its buyers weigh (`rarity_of`); cosines need none.
        """
        if weighed is None or self.weighting == "cosine":
            return np.maximum(self.buyers_, np.float32(1)) ** np.float32(-0.5)
        if self.weighting == "tfidf":
            return np.maximum(weighed, np.float32(1e-12)) ** np.float32(-0.5)
        length = 1 - _BM25_B + _BM25_B * self.buyers_ / max(float(self.buyers_.mean()), 1e-12)
        saturated = (_BM25_K1 + 1) / (_BM25_K1 * length + 1)
        return saturated.astype(np.float32)


def rarity_of(bought: NDArray[np.integer], n_products: int) -> Scores:
    """Return what each purchase weighs of a customer with so many different products; shape (customers,).

    The customer stands in the place of the word, the product in that of the document.
    """
    rarity: Scores = np.log1p(n_products / np.maximum(bought, 1)).astype(np.float32) ** 2
    return rarity


def _with_weights(buyers: Matrix, rarity: Scores) -> Sums:
    values = (1 + 1j * rarity[buyers.indices]).astype(np.complex64)
    return sparse.csr_array((values, buyers.indices, buyers.indptr), shape=buyers.shape)
