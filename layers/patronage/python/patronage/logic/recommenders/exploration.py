"""Give products that few customers have seen a share of the places, so that the shop learns of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Ids, Interactions, Mask, Scores


def new_products(interactions: Interactions, *, days: int = 60, most: int = 5) -> Ids:
    """Return the products too new to be judged by their sales.

    They were first bought within so many days before the newest interaction, or never, and at most so often.
    """
    bought = interactions.purchases()
    newest = int(interactions.days.max(initial=0))
    first = np.full(interactions.n_products, newest, dtype=np.int32)
    np.minimum.at(first, interactions.products, interactions.days)
    return np.flatnonzero((bought <= most) & (first > newest - days)).astype(np.int32)


def explore(
    ids: Ids, scores: Scores, candidates: Ids, *, share: float, customers: Ids, random_state: int = 0
) -> tuple[Ids, Scores, Mask]:
    """Put candidates into a share of the places of each list.

    Which places, and which candidates, hangs on the customer and the seed alone: asked again, a customer sees
    the same list. What stood there moves down; an explored place has the score 0, as it was not earned.

    Parameters
    ----------
    ids, scores : arrays, shape (rows, k)
        What was recommended, as `Recommender.recommend` returns it.
    candidates : array of int32, shape (rows, any)
        What each row may be given, -1 for nothing. Products that a customer may like are best found by what
        is known of them: ``content.recommend(histories, include=new_products(interactions))``.
    share : float
        Share of the places in the long run, 0 to 1; with 0.05 and lists of 10, half of the lists have one.
    customers : array of int32, shape (rows,)
        Whose rows they are.
    random_state : int
        Seed.

    Returns
    -------
    ids, scores : arrays, shape (rows, k)
        The new lists; still without duplicates.
    is_explored : array of bool, shape (rows, k)
        Which places were given away.
    """
    if not 0 <= share <= 1:
        raise BadInput(f"share={share} must lie between 0 and 1")
    rows, k = ids.shape
    drawn = _drawn(ids, candidates, customers, random_state)
    wanted = np.floor(share * k + _uniform(customers, 1, random_state)).astype(np.int64).ravel()
    given = np.minimum(wanted, (drawn >= 0).sum(axis=1))
    lottery = np.argsort(_uniform(customers, k, random_state + 1), axis=1)
    is_explored = np.zeros((rows, k), dtype=np.bool_)
    np.put_along_axis(is_explored, lottery, np.arange(k) < given[:, None], axis=1)
    place = np.where(is_explored, np.cumsum(is_explored, axis=1), np.cumsum(~is_explored, axis=1)) - 1
    kept, new = (np.take_along_axis(each, _within(place, each), axis=1) for each in (ids, drawn))
    earned = np.take_along_axis(scores, _within(place, scores), axis=1)
    return (
        np.where(is_explored, new, kept).astype(np.int32),
        np.where(is_explored, np.float32(0), earned),
        is_explored,
    )


def _drawn(ids: Ids, candidates: Ids, customers: Ids, random_state: int) -> Ids:
    """Shuffle each row's candidates that do not stand in its list; -1 behind them."""
    listed = (candidates[:, :, None] == ids[:, None, :]).any(axis=2)
    order = np.where(
        (candidates < 0) | listed, 2.0, _uniform(customers, candidates.shape[1], random_state + 2)
    )
    shuffled = np.take_along_axis(np.where(listed, -1, candidates), np.argsort(order, axis=1), axis=1)
    return np.concatenate([shuffled, np.full((len(ids), 1), -1)], axis=1).astype(np.int32)


def _within(place: NDArray[np.int64], values: NDArray[np.generic]) -> NDArray[np.int64]:
    within: NDArray[np.int64] = np.minimum(place, values.shape[1] - 1)
    return within


def _uniform(customers: Ids, width: int, seed: int) -> NDArray[np.float64]:
    """Return numbers from 0 to 1 that hang on the customer, the column and the seed (SplitMix64)."""
    state = customers.astype(np.uint64)[:, None] * np.uint64(width) + np.arange(width, dtype=np.uint64)
    state = state * np.uint64(0x9E3779B97F4A7C15) + np.uint64((seed + 1) * 0xD1B54A32D192ED03 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        state = (state ^ np.right_shift(state, np.uint64(shift))) * np.uint64(factor)
    uniform: NDArray[np.float64] = (state ^ np.right_shift(state, np.uint64(31))) / 2.0**64
    return uniform
