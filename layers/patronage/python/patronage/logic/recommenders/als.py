"""Implicit feedback by alternating least squares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.factor_model import FactorModel
from patronage.logic.recommenders.threads import single_blas_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Matrix, Scores

_VALUES_AT_ONCE = 1 << 23


class ImplicitAls(FactorModel):
    """Factorise purchases, each with confidence; what was not bought counts as a weak no.

    Weighted matrix factorisation (Hu, Koren and Volinsky, ICDM 2008) as `implicit` computes it, with
    conjugate gradients (Takács, Pilászy and Tikk, RecSys 2011). A history is folded in by the exact solution
    of its own least squares.

    Parameters
    ----------
    factors : int
        How many factors.
    regularization : float
        Squared penalty on the factors.
    alpha : float
        What a purchase counts beside a cell without one, which counts 1.
    iterations : int
        How many times each side is solved.
    random_state : int
        Seed of the first factors.
    weighted : bool
        Penalise the factors of each customer and product in proportion to their purchases (Zhou, Wilkinson,
        Schreiber and Pan, AAIM 2008), as Spark's MLlib does, and all together as strongly as otherwise:
        `regularization` is divided by the geometric mean of the average purchases of both.
    """

    def __init__(
        self,
        *,
        factors: int = 64,
        regularization: float = 1.0,
        alpha: float = 10.0,
        iterations: int = 15,
        random_state: int = 0,
        weighted: bool = False,
    ) -> None:
        self.factors = factors
        self.regularization = regularization
        self.alpha = alpha
        self.iterations = iterations
        self.random_state = random_state
        self.weighted = weighted

    def _check(self) -> None:
        super()._check()
        if self.iterations < 1:
            raise BadInput(f"iterations={self.iterations} must be at least 1")
        if self.regularization <= 0:
            raise BadInput(f"regularization={self.regularization} must be above 0")
        if self.alpha < 1:
            raise BadInput(f"alpha={self.alpha} must be at least 1")

    def _learn(self, history: Matrix) -> Scores:
        if self.weighted:
            return self._learn_weighted(history)
        # It takes a second to import, and only those who train need it.
        from implicit.cpu.als import AlternatingLeastSquares

        # Threads of BLAS below those of implicit make it slower, and sums come out in another order.
        with single_blas_thread():
            model = AlternatingLeastSquares(
                factors=self.factors,
                regularization=self.regularization,
                alpha=self.alpha,
                iterations=self.iterations,
                random_state=self.random_state,
            )
            model.fit(sparse.csr_matrix(history), show_progress=False)
        factors: Scores = model.item_factors
        return factors

    def penalty_of(self, purchases: int, customers: int, products: int) -> float:
        """Return the penalty a purchase of a `weighted` model, for so many pairs of a customer and a product.

        Parameters
        ----------
        purchases : int
            Different pairs, from 1.
        customers, products : int
            How many of each stand in a pair.
        """
        return float(self.regularization / np.sqrt(purchases / customers * (purchases / products)))

    def _learn_weighted(self, history: Matrix) -> Scores:
        by_product = history.T.tocsr()
        some = [max(int((np.diff(each.indptr) > 0).sum()), 1) for each in (history, by_product)]
        self.penalty_ = self.penalty_of(max(history.nnz, 1), *some)
        drawn = np.random.default_rng(self.random_state).normal(size=(history.shape[0], self.factors))
        customers: Scores = (np.abs(drawn) / np.linalg.norm(drawn, axis=1)[:, None]).astype(np.float32)
        products = customers[:0]
        with single_blas_thread():
            for _ in range(self.iterations):
                products = self._folded(by_product, customers)
                customers = self._folded(history, products)
        return products

    def _fold_in(self, history: Matrix) -> Scores:
        return self._folded(history, self.product_factors_)

    def _folded(self, history: Matrix, towards: Scores) -> Scores:
        """Return the factors of each row by least squares, given those of the columns."""
        gram = towards.T @ towards
        lengths = np.diff(history.indptr)
        if self.weighted:
            padded = lengths
        else:
            # Rows of about one length are solved together, the shorter filled up with columns of no factors.
            padded = np.exp2(np.ceil(np.log2(np.maximum(lengths, 1)))).astype(np.int64)
        folded = np.zeros((history.shape[0], self.factors), dtype=np.float32)
        for width in np.unique(padded[lengths > 0]):
            rows = np.flatnonzero((padded == width) & (lengths > 0))
            penalty = self.penalty_ * width if self.weighted else self.regularization
            ridge = (gram + penalty * np.eye(self.factors)).astype(np.float32)
            step = max(1, _VALUES_AT_ONCE // int(max(width, self.factors) * self.factors))
            for start in range(0, len(rows), step):
                block = rows[start : start + step]
                folded[block] = self._solve(ridge, _factors_in(history, block, int(width), towards))
        return folded

    def _solve(self, ridge: Scores, bought: Scores) -> Scores:
        """Solve ``(ridge + (c - 1) Y'Y) x = c Y'1`` for each row's factors Y of what was bought."""
        extra = np.float32(self.alpha - 1)
        _, width, factors = bought.shape
        if width >= factors:
            left = ridge + extra * (bought.transpose(0, 2, 1) @ bought)
            right = np.float32(self.alpha) * bought.sum(axis=1)
            solved: Scores = np.linalg.solve(left, right[:, :, None])[:, :, 0]
            return solved
        # The same by the matrix inversion lemma, in as many unknowns as products were bought.
        towards = bought @ np.linalg.inv(ridge)
        left = np.eye(width, dtype=np.float32) + extra * (towards @ bought.transpose(0, 2, 1))
        right = np.full((len(bought), width, 1), self.alpha, dtype=np.float32)
        combined: Scores = (towards.transpose(0, 2, 1) @ np.linalg.solve(left, right))[:, :, 0]
        return combined


def _factors_in(history: Matrix, rows: NDArray[np.int64], width: int, of: Scores) -> Scores:
    """Return the factors of what stands in rows, of shape (rows, width, factors), 0 beyond their end."""
    places = history.indptr[rows][:, None] + np.arange(width)
    is_there = places < history.indptr[rows + 1][:, None]
    columns = history.indices[np.minimum(places, len(history.indices) - 1)]
    factors: Scores = of[columns] * is_there[:, :, None]
    return factors
