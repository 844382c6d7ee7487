"""The methods that a run on Spark compares and keeps, trained on the same purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from patronage.engines.spark_learn.als import BoughtPairs
from patronage.engines.spark_learn.neighbours import CoPurchases, learn_together
from patronage.errors import BadInput
from patronage.logic.recommenders.als import ImplicitAls
from patronage.logic.recommenders.candidates import POPULARITY
from patronage.logic.recommenders.content import ContentNeighbours
from patronage.logic.recommenders.neighbours import ItemNeighbours
from patronage.logic.recommenders.popularity import Popularity
from patronage.logic.recommenders.together import BoughtTogether
from patronage.logic.recommenders.trending import Trending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.engines.spark_learn.purchases import Purchases
    from patronage.logic.recommenders import Recommender, Side

    Settings = Mapping[str, Any]

COMPARED = (POPULARITY, "item_to_item", "als")
"""The candidates that go on Spark."""
MOST_NEIGHBOURS = 200
"""So many neighbours a product keeps at most: they come to the driver."""


def settings_on_spark(name: str, known: Sequence[Settings]) -> list[Settings]:
    """Return of a candidate's settings those that go on Spark, as they go there.

    Popularity has no groups of customers, item-to-item no more than `MOST_NEIGHBOURS` neighbours, and ALS the
    penalty of MLlib.

    Examples
    --------
    >>> settings_on_spark("item_to_item", [{"neighbours": 1_000}, {"neighbours": 200}])
    [{'neighbours': 200}]
    """
    found: list[Settings] = []
    for settings in known:
        if settings.get("group"):
            continue
        bounded = dict(settings)
        if "neighbours" in settings:
            bounded["neighbours"] = min(settings["neighbours"], MOST_NEIGHBOURS)
        if name == "als":
            bounded["weighted"] = True
        if bounded not in found:
            found.append(bounded)
    return found


class Learner:
    """Trains methods on the same purchases; what several need is computed once, and held within ``with``.

    Parameters
    ----------
    purchases : Purchases
        What was bought.
    side : Side
        What is known beside, of products.
    """

    def __init__(self, purchases: Purchases, *, side: Side) -> None:
        self._purchases = purchases
        self._side = side
        self._co_purchases = CoPurchases(purchases)
        self._pairs = BoughtPairs(purchases)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._co_purchases.forget()
        self._pairs.forget()

    def learn(self, model: Recommender) -> Recommender:
        """Train a model, whose settings are such as `settings_on_spark` gives.

        Raises
        ------
        BadInput
            Nobody trains it on Spark.
        """
        if isinstance(model, Trending):
            self._learn(model.model)
            model.popular_ = model.model.popular_
            model.trend_ = model.trend_of(self._purchases.counted)
            return model
        return self._learn(model)

    def _learn(self, model: Recommender) -> Recommender:
        counted = self._purchases.counted
        if isinstance(model, Popularity | ContentNeighbours):  # which learn nothing of single customers
            return model.fit(counted, side=self._side)
        if isinstance(model, ItemNeighbours):
            self._co_purchases.learn(model)
        elif isinstance(model, BoughtTogether):
            learn_together(model, self._purchases)
        elif isinstance(model, ImplicitAls):
            self._pairs.learn(model)
        else:
            raise BadInput(
                f"{type(model).__name__} is not trained on Spark; it compares {', '.join(COMPARED)}"
            )
        model.popular_ = counted.by_popularity()
        return model
