"""What every recommender does: learn, recommend to a batch under filters, say why."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.filling import fill
from patronage.logic.recommenders.interactions import Histories, Interactions, Side
from patronage.logic.recommenders.ranking import check_k, top_k, top_k_sparse
from patronage.logic.recommenders.threads import in_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from patronage.logic.recommenders.interactions import Ids, Lists, Mask, Matrix, Scores

_CELLS_AT_ONCE = 1 << 23
_MOST_ROWS_AT_ONCE = 4_096
_SPARSE_ROWS_AT_ONCE = 1_024


@dataclass(frozen=True)
class Reasons:
    """Why each recommended product stands there, in numbers that can be checked.

    Parameters
    ----------
    kind : array of int32, shape (customers, k)
        One of `serve.kinds`, which say what the other two mean.
    because : array of int32, shape (customers, k)
        The product of the customer's history that speaks for it most, -1 for none.
    share : array of float32, shape (customers, k)
        From 0 to 1.
    """

    kind: Ids
    because: Ids
    share: Scores

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> Reasons:
        """Return reasons that name no product."""
        nothing = np.zeros(shape, dtype=np.int32)
        return cls(nothing, nothing - 1, np.zeros(shape, dtype=np.float32))

    def put(self, rows: slice, found: Reasons, *, where: Mask | slice = slice(None)) -> None:
        """Take over the reasons of a range of rows, of all its places or of those of a mask."""
        for name in ("kind", "because", "share"):
            getattr(self, name)[rows][where] = getattr(found, name)[where]


class Answer(NamedTuple):
    """What was recommended to a batch, and the way to say why.

    Parameters
    ----------
    ids, scores : arrays, shape (rows, k)
        As `Recommender.recommend` returns them.
    explain : callable
        Says why each of some products, array of int32 of shape (rows, any), stands there: of `ids`, in any
        order, with -1 for nothing.
    """

    ids: Ids
    scores: Scores
    explain: Callable[[Ids], Reasons]


class Recommender(ABC):
    """Learns from interactions; recommends to a batch of customers by their histories.

    A model scores the products that it has something to say of above 0. The places that this leaves empty,
    all of them for a customer without a history, hold the products bought by most customers, with the score
    0, so that a list has k products as long as k are left after the filters.
    """

    is_dense = True
    """Whether all products are scored for each row, or only those that something leads to."""

    def __repr__(self) -> str:
        names = list(signature(type(self).__init__).parameters)[1:]
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    def fit(self, interactions: Interactions, *, side: Side | None = None) -> Self:
        """Learn; fitting twice equals fitting once.

        Raises
        ------
        BadInput
            A setting is out of its range, or there is no interaction.
        """
        self._check()
        if len(interactions.products) == 0:
            raise BadInput(
                "there is no interaction to learn from; upload orders with sales of products first"
            )
        self.popular_: Ids = interactions.by_popularity()
        self._fit(interactions, side or Side())
        return self

    def recommend(
        self,
        histories: Histories,
        *,
        k: int = 10,
        exclude_history: bool = True,
        exclude: Sequence[int] | Ids | None = None,
        include: Sequence[int] | Ids | None = None,
        in_stock: Mask | None = None,
    ) -> tuple[Ids, Scores]:
        """Return the k best products of each row, best first, and their scores.

        Parameters
        ----------
        histories : Histories
            What each customer bought.
        k : int
            How many at most.
        exclude_history : bool
            Leave out what the customer bought already.
        exclude, include : sequence of int, optional
            Products to leave out; the only ones to take.
        in_stock : array of bool, shape (products,), optional
            Which products can be had.

        Returns
        -------
        ids : array of int32, shape (rows, k)
            Product indices, each once; -1 where fewer than k are left.
        scores : array of float32, shape (rows, k)
            Falling along each row; 0 where a popular product fills the list or none is left.
        """
        eligible = self._eligible(exclude, include, in_stock)

        def best(rows: slice) -> Lists:
            return self._best(histories[rows], k, eligible, exclude_history)

        return self._filled(best, histories, k, eligible, exclude_history)

    def answer(
        self,
        histories: Histories,
        *,
        k: int = 10,
        exclude_history: bool = True,
        in_stock: Mask | None = None,
    ) -> Answer:
        """Recommend, as `recommend` does, to a batch that is to be told why."""
        filters: dict[str, Any] = {"exclude_history": exclude_history, "in_stock": in_stock}
        ids, scores = self.recommend(histories, k=k, **filters)
        return Answer(ids, scores, partial(self.explain, histories, **filters))

    def explain(
        self,
        histories: Histories,
        ids: Ids,
        *,
        exclude_history: bool = True,
        in_stock: Mask | None = None,
    ) -> Reasons:
        """Say why each of `ids` was recommended, as `recommend` returned it for the same filters."""
        return self._explain(histories, ids)

    def why_not(self, interactions: Interactions) -> str:
        """Say why the model cannot be trained on these interactions; empty where it can."""
        return ""

    def _check(self) -> None:  # noqa: B027 - many models have no setting that could be wrong
        """Refuse settings out of their range."""

    @abstractmethod
    def _fit(self, interactions: Interactions, side: Side) -> None: ...

    def _explain(self, histories: Histories, ids: Ids) -> Reasons:
        """Say why each of `ids` stands in a list; by default no product speaks for it."""
        return Reasons.none(ids.shape)

    @abstractmethod
    def _scores(self, histories: Histories) -> Scores | Matrix:
        """Score all products for each row: a dense array that may be written to, or a sparse one."""

    def _eligible(
        self,
        exclude: Sequence[int] | Ids | None,
        include: Sequence[int] | Ids | None,
        in_stock: Mask | None,
    ) -> Mask:
        n_products = len(self.popular_)
        eligible = np.ones(n_products, dtype=np.bool_) if in_stock is None else np.array(in_stock)
        if eligible.shape != (n_products,):
            raise BadInput(f"in_stock has the shape {eligible.shape}; it needs one for each of {n_products}")
        if include is not None:
            chosen = np.zeros(n_products, dtype=np.bool_)
            chosen[np.asarray(include, dtype=np.int64)] = True
            eligible &= chosen
        if exclude is not None:
            eligible[np.asarray(exclude, dtype=np.int64)] = False
        return eligible

    def _filled(
        self,
        best: Callable[[slice], Lists],
        histories: Histories,
        k: int,
        eligible: Mask,
        exclude_history: bool,
    ) -> Lists:
        """Take the best of each range of rows, and fill what is left empty with what is popular."""
        check_k(k)
        ids = np.full((len(histories), k), -1, dtype=np.int32)
        scores = np.zeros((len(histories), k), dtype=np.float32)
        popular = self.popular_[eligible[self.popular_]]

        def answer(rows: slice) -> None:
            ids[rows], scores[rows] = best(rows)
            fill(ids[rows], histories[rows], popular, exclude_history)

        least = 1 if self.is_dense else _SPARSE_ROWS_AT_ONCE
        step = max(least, min(_MOST_ROWS_AT_ONCE, _CELLS_AT_ONCE // max(histories.n_products, 1)))
        in_blocks(answer, len(histories), step)
        return ids, scores

    def _best(self, histories: Histories, k: int, eligible: Mask, exclude_history: bool) -> Lists:
        scores = self._scores(histories)
        if isinstance(scores, np.ndarray):
            scores[:, ~eligible] = 0
            if exclude_history:
                scores[histories.rows, histories.products] = 0
            return top_k(scores, k)
        taken = histories.matrix() if exclude_history else None
        return top_k_sparse(sparse.csr_array(scores), k, eligible=eligible, taken=taken)


class RatingRecommender(Recommender):
    """Learns from explicit ratings, and predicts them."""

    @abstractmethod
    def predict(self, customers: Ids, products: Ids, *, days: Ids | None = None) -> Scores:
        """Predict the ratings of pairs, within the scale that was seen in `fit`.

        Parameters
        ----------
        customers, products : array of int32, shape (pairs,)
            Indices; a customer or product without a rating gets what is usual.
        days : array of int32, shape (pairs,), optional
            When the ratings are given.
        """
