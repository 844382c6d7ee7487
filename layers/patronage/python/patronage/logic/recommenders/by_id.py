"""A recommender that takes and gives the shop's own ids instead of indices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.interactions import Interactions, Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from patronage.logic.recommenders.base import Recommender
    from patronage.logic.recommenders.interactions import Histories, Ids, Mask, Scores

    Names = NDArray[np.object_]


class ById:
    """Wrap a recommender so that it speaks of customers and products by the shop's ids.

    Parameters
    ----------
    model : Recommender
        An untrained recommender.

    Examples
    --------
    >>> from patronage.logic.recommenders import ItemNeighbours
    >>> model = ById(ItemNeighbours()).fit(["ann", "ann", "bob"], ["tea", "cup", "tea"], [1, 1, 2])
    >>> ids, scores = model.recommend(["bob"], k=1)
    >>> ids.tolist()
    [['cup']]
    """

    def __init__(self, model: Recommender) -> None:
        self.model = model

    def fit(
        self,
        customer_ids: Sequence[str | None],
        product_ids: Sequence[str],
        days: Sequence[int],
        *,
        texts: Mapping[str, str] | None = None,
        tags: Mapping[str, Sequence[str]] | None = None,
    ) -> Self:
        """Learn from who bought what on which day: three aligned sequences; a customer of None is a guest.

        Parameters
        ----------
        customer_ids, product_ids : sequence of str
            The shop's ids.
        days : sequence of int
            Days since 1970-01-01.
        texts, tags : mapping, optional
            By product id its title and description, and what it is as ``kind=value``. Products that nobody
            bought may stand in them too.
        """
        if not len(customer_ids) == len(product_ids) == len(days):
            raise BadInput(
                f"{len(customer_ids)} customers, {len(product_ids)} products and {len(days)} days "
                "are not aligned"
            )
        texts, tags = texts or {}, tags or {}
        self.customer_ids_ = sorted({each for each in customer_ids if each is not None})
        self.product_ids_ = sorted({*product_ids, *texts, *tags})
        self._customers = {name: place for place, name in enumerate(self.customer_ids_)}
        self._products = {name: place for place, name in enumerate(self.product_ids_)}
        self._interactions = Interactions(
            np.array(
                [-1 if each is None else self._customers[each] for each in customer_ids], dtype=np.int32
            ),
            self._indices(product_ids),
            np.asarray(days, dtype=np.int32),
            len(self.customer_ids_),
            len(self.product_ids_),
        )
        side = Side(
            texts=[texts.get(each, "") for each in self.product_ids_] if texts else (),
            product_tags=[tags.get(each, ()) for each in self.product_ids_] if tags else (),
        )
        self.model.fit(self._interactions, side=side)
        return self

    def recommend(
        self,
        customer_ids: Sequence[str],
        *,
        k: int = 10,
        exclude_history: bool = True,
        exclude: Sequence[str] | None = None,
        include: Sequence[str] | None = None,
        in_stock: Mapping[str, bool] | None = None,
    ) -> tuple[Names, Scores]:
        """Recommend to customers, as `Recommender.recommend` does; an unknown one gets what is popular.

        Returns
        -------
        ids : array of str, shape (customers, k)
            Product ids; None where fewer than k are left.
        scores : array of float32, shape (customers, k)
        """
        ids, scores = self.model.recommend(
            self._histories(customer_ids),
            k=k,
            exclude_history=exclude_history,
            exclude=None if exclude is None else self._indices(exclude),
            include=None if include is None else self._indices(include),
            in_stock=None if in_stock is None else self._in_stock(in_stock),
        )
        names = np.array([*self.product_ids_, None], dtype=object)
        return names[ids], scores

    def _histories(self, customer_ids: Sequence[str]) -> Histories:
        known = np.array([self._customers.get(each, -1) for each in customer_ids], dtype=np.int32)
        return self._interactions.histories(known)

    def _indices(self, product_ids: Sequence[str]) -> Ids:
        unknown = [each for each in product_ids if each not in self._products]
        if unknown:
            raise BadInput(
                f"product {unknown[0]!r} is unknown to the model; name one that it was trained with"
            )
        return np.array([self._products[each] for each in product_ids], dtype=np.int32)

    def _in_stock(self, in_stock: Mapping[str, bool]) -> Mask:
        return np.array([in_stock.get(each, False) for each in self.product_ids_], dtype=np.bool_)
