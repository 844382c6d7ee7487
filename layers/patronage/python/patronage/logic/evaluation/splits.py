"""Split interactions by time, so that nothing is learnt from what came later.

Interactions are three aligned arrays: user, item and day. A user of -1 is a guest, who may be learnt from
and is never tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ids = NDArray[np.int32] | NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Split:
    """Which interactions train and which test, as masks of shape (n,); one may be in neither."""

    train: Mask
    test: Mask


def cutoff_day(days: Ids, *, test_share: float = 0.2, counts: NDArray[np.int64] | None = None) -> int:
    """Return the earliest day such that at most `test_share` of the interactions fall on it or later.

    With so few days that the last one alone holds more, the day after the last is returned: nothing
    is left to test.

    Parameters
    ----------
    days : array of int, shape (n,)
        Of the interactions, in any order.
    test_share : float
        Above 0 and below 1.
    counts : array of int64, shape (n,), optional
        How many interactions each stands for; by default one.
    """
    if not 0 < test_share < 1:
        raise BadInput(f"test_share={test_share} must lie between 0 and 1, such as 0.2")
    if len(days) == 0:
        raise BadInput("there is no interaction to split; upload orders first")
    first = int(days.min())
    place = days - first
    values = np.flatnonzero(np.bincount(place))
    by_day = np.bincount(place, weights=counts)[values]
    from_here_on = np.cumsum(by_day[::-1])[::-1]
    few_enough = np.flatnonzero(from_here_on <= test_share * by_day.sum())
    return first + int(values[few_enough[0]] if len(few_enough) else values[-1] + 1)


def split_at(users: Ids, items: Ids, days: Ids, *, cutoff: int, only_new: bool = True) -> Split:
    """Split at one moment for all: train before the day `cutoff`, test from it on.

    Parameters
    ----------
    users, items, days : array of int, shape (n,)
        The interactions, in any order.
    cutoff : int
        The first day of the test.
    only_new : bool
        Test only items that the user did not have before the cut-off.
    """
    _check_aligned(users, items, days)
    train = days < cutoff
    test = ~train & (users >= 0)
    return Split(train, _unseen(users, items, test, train) if only_new else test)


def leave_last_out(users: Ids, items: Ids, days: Ids, *, only_new: bool = True) -> Split:
    """Withhold each user's last interaction; of several on the last day, the one that stands last.

    A user with a single interaction only trains.

    Parameters
    ----------
    users, items, days : array of int, shape (n,)
        The interactions; the order within a user's day counts.
    only_new : bool
        Do not test a last interaction whose item the user had before; it trains neither.
    """
    _check_aligned(users, items, days)
    order = np.lexsort((np.arange(len(users)), days, users))
    by_user = users[order]
    last_of_user = np.append(by_user[1:] != by_user[:-1], True)[: len(order)]
    not_first = np.append(False, by_user[1:] == by_user[:-1])[: len(order)]
    last = np.zeros(len(users), dtype=np.bool_)
    last[order] = last_of_user & not_first & (by_user >= 0)
    return Split(~last, _unseen(users, items, last, ~last) if only_new else last)


def relevant_items(
    users: Ids, items: Ids, *, n_users: int, n_items: int
) -> sparse.csr_array[np.bool_, tuple[int, int]]:
    """Lay out the test's interactions as users by items: true where relevant, each once."""
    cells = (np.ones(len(users), dtype=np.bool_), (users, items))
    return sparse.coo_array(cells, shape=(n_users, n_items)).tocsr()


def _check_aligned(users: Ids, items: Ids, days: Ids) -> None:
    if not len(users) == len(items) == len(days):
        raise BadInput(f"{len(users)} users, {len(items)} items and {len(days)} days are not aligned")


def _unseen(users: Ids, items: Ids, test: Mask, train: Mask) -> Mask:
    """Keep of the test the interactions whose user and item do not occur together in the training part."""
    width = np.int64(items.max() + 1) if len(items) else np.int64(1)
    pairs = users.astype(np.int64) * width + items
    tested = np.flatnonzero(test)
    is_tested = np.zeros(users.max(initial=-1) + 2, dtype=np.bool_)
    is_tested[users[tested]] = True
    known = np.sort(pairs[train & (users >= 0) & is_tested[users]])
    places = np.searchsorted(known, pairs[tested])
    is_new = places == len(known)
    is_new[~is_new] = known[places[~is_new]] != pairs[tested][~is_new]
    unseen = np.zeros(len(test), dtype=np.bool_)
    unseen[tested[is_new]] = True
    return unseen
