"""The methods that a run compares, by name: how each is made, and which settings are tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.logic.recommenders.als import ImplicitAls
from patronage.logic.recommenders.content import ContentNeighbours
from patronage.logic.recommenders.ease import Ease
from patronage.logic.recommenders.neighbours import ItemNeighbours
from patronage.logic.recommenders.nmf import Nmf
from patronage.logic.recommenders.popularity import Popularity
from patronage.logic.recommenders.repeat import RepeatPurchase
from patronage.logic.recommenders.sequence import SequenceNeighbours
from patronage.logic.recommenders.svd import Svd
from patronage.logic.recommenders.together import BoughtTogether
from patronage.logic.recommenders.trending import Trending
from patronage.logic.recommenders.users import UserNeighbours
from patronage.logic.said import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.logic.recommenders.base import Recommender
    from patronage.logic.recommenders.interactions import Interactions

    Settings = Mapping[str, Any]

POPULARITY = "popularity"
HYBRID = "hybrid"
"""The blend of the others; it is no candidate itself, since it is made of what they found."""


@dataclass(frozen=True)
class Candidate:
    """A method that a run may train.

    Parameters
    ----------
    make : callable
        Makes an untrained model of some settings.
    trials : tuple of mapping
        Settings to try, the default first, the most promising next.
    """

    make: Callable[..., Recommender]
    trials: tuple[Settings, ...] = ({},)


ONCE_BOUGHT: dict[str, Any] = {
    "neighbours": 200,
    "gap_power": 0.6,
    "backward": 0.15,
    "activity_power": 0.15,
    "source_power": 0.2,
    "target_power": 0.1,
    "recency": 0.55,
    "content_weight": 0.8,
}
"""Settings of `SequenceNeighbours` for goods mostly bought once of which the catalogue says much."""


STABLE_TASTES: dict[str, Any] = {
    "neighbours": 50,
    "window": 10,
    "gap_power": 0.4,
    "source_power": 0.8,
    "target_power": 0.3,
    "recency": 0.9,
}
"""Settings of `SequenceNeighbours` for tastes that stay, and for large shops: few pairs, quickly."""


def _with_trend(kind: Callable[..., Recommender]) -> Callable[..., Recommender]:
    """Let a kind of model be made with ``trending``, an eye on what sells now."""

    def make(*, trending: bool = False, **settings: Any) -> Recommender:
        model = kind(**settings)
        return Trending(model) if trending else model

    return make


CANDIDATES: Mapping[str, Candidate] = {
    POPULARITY: Candidate(
        Popularity,
        (
            {"half_life_days": 30.0},
            {"half_life_days": 7.0},
            {"half_life_days": 90.0},
            {"half_life_days": 365.0},
            {"half_life_days": 30.0, "group": "country"},
        ),
    ),
    "item_to_item": Candidate(
        _with_trend(ItemNeighbours),
        (
            {"weighting": "tfidf", "trending": True},
            {"weighting": "tfidf"},
            {"weighting": "bm25", "trending": True},
            {"neighbours": 1_000, "weighting": "tfidf"},
            {"shrinkage": 10.0},
        ),
    ),
    "sequence": Candidate(
        _with_trend(SequenceNeighbours),
        (
            {"trending": True},
            STABLE_TASTES | {"trending": True},
            {},
            ONCE_BOUGHT,
        ),
    ),
    "users": Candidate(
        _with_trend(UserNeighbours),
        (
            {"neighbours": 100, "shrinkage": 0.0, "trending": True},
            {"neighbours": 200, "shrinkage": 0.0},
            {"neighbours": 50, "trending": True},
        ),
    ),
    "svd": Candidate(
        _with_trend(Svd),
        (
            {"factors": 128, "scaling": 0.75, "regularization": 100.0, "trending": True},
            {"factors": 100, "scaling": 0.9, "regularization": 1_000.0},
            {"factors": 64, "trending": True},
        ),
    ),
    "nmf": Candidate(
        _with_trend(Nmf), ({"trending": True}, {"factors": 24, "regularization": 5.0}, {"factors": 64})
    ),
    "als": Candidate(
        _with_trend(ImplicitAls),
        (
            {"factors": 128, "alpha": 10.0, "regularization": 50.0, "trending": True},
            {"factors": 64, "alpha": 10.0, "regularization": 50.0},
            {"factors": 64, "alpha": 2.0, "regularization": 5.0},
        ),
    ),
    "ease": Candidate(
        _with_trend(Ease),
        (
            {"regularization": 300.0, "dropout": 0.5, "trending": True},
            {"regularization": 400.0, "dropout": 0.6},
            {"regularization": 1_000.0, "dropout": 0.5, "trending": True},
            {"regularization": 100.0, "trending": True},
        ),
    ),
    "content": Candidate(_with_trend(ContentNeighbours), ({"trending": True}, {})),
    "repeat": Candidate(RepeatPurchase, ({}, {"decay": 0.85}, {"rhythm": False}, {"taste_weight": 0.3})),
}
"""In the order in which they are listed."""

BESIDE: Mapping[str, Callable[..., Recommender]] = {
    "similar": ItemNeighbours,
    "alike": ContentNeighbours,
    "together": BoughtTogether,
}
"""Methods that are trained whatever is published: they say what goes with a product."""


def candidate(name: str, settings: Settings | None = None) -> Recommender:
    """Make an untrained candidate by its name; by default with its default settings."""
    if name not in CANDIDATES:
        raise BadInput(f"model {name!r} is unknown; known are {', '.join(CANDIDATES)}")
    found = CANDIDATES[name]
    return found.make(**(found.trials[0] if settings is None else settings))


def why_not(name: str, interactions: Interactions, *, buys_again: bool) -> str:
    """Say why a candidate is not trained on these interactions; empty where it is."""
    if name != POPULARITY and not (interactions.customers >= 0).any():
        return SENTENCES["no_named_orders"]
    if name == "repeat" and not buys_again:
        return SENTENCES["bought_left_out"]
    return candidate(name).why_not(interactions)
