"""The time-ordered holdout that compares recommenders on orders."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.evaluation.activity import ACTIVITIES, activity_of
from patronage.logic.evaluation.beyond import measure_lists
from patronage.logic.evaluation.metrics import METRICS, measure_ranking
from patronage.logic.evaluation.splits import (
    Split,
    cutoff_day,
    leave_last_out,
    relevant_items,
    split_at,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from patronage.logic.recommenders.interactions import Histories, Ids, Interactions

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Holdout:
    """What is known before a moment, and what known customers bought from then on.

    Parameters
    ----------
    train : Interactions
        Everything before that moment, guests included.
    customers : array of int64, shape (measured,)
        The measured customers, by their indices.
    histories : Histories, of ``measured`` rows
        What each of them bought before.
    relevant : sparse array of bool, shape (measured, products)
        What each of them bought from then on.
    cutoff : date, optional
        First day of the test, in the shop's zone; None where each customer has a moment of their own.
    """

    train: Interactions
    customers: NDArray[np.int64]
    histories: Histories
    relevant: sparse.csr_array[np.bool_, tuple[int, int]]
    cutoff: date | None

    def measure(self, ids: Ids, *, k: int = 10) -> dict[str, Any]:
        """Measure recommendations for `histories`, one row each, as plain data for a JSON report.

        Returns
        -------
        dict
            ``ndcg_at_<k>``, ``customers``, ``cutoff``; ``metrics``: by name the value, with the ends of its
            95 % bootstrap interval as ``low`` and ``high`` (those of the lists as a whole have none); and
            ``by_activity``: for new, light and heavy customers how many were measured and their metrics.
        """
        report = measure_ranking(ids, self.relevant, k=k)
        metrics: dict[str, Any] = {f"{name}_at_{k}": asdict(value) for name, value in report.metrics.items()}
        beyond = {"coverage": report.coverage, **asdict(measure_lists(ids[:, :k], self.train))}
        metrics |= {name: {"value": value} for name, value in beyond.items()}
        return {
            f"ndcg_at_{k}": report.metrics["ndcg"].value,
            "customers": report.users,
            "cutoff": self.cutoff.isoformat() if self.cutoff else None,
            "metrics": metrics,
            "by_activity": self._by_activity(ids, k),
        }

    def _by_activity(self, ids: Ids, k: int) -> dict[str, Any]:
        activity = activity_of(self.histories)
        found = {}
        for number, name in enumerate(ACTIVITIES):
            rows = np.flatnonzero(activity == number)
            report = measure_ranking(ids[rows], self.relevant[rows], k=k)
            values = {f"{metric}_at_{k}": asdict(report.metrics[metric]) for metric in METRICS}
            found[name] = {"customers": report.users, "metrics": values}
        return found


def drawn_places(count: int, most: int | None) -> NDArray[np.int64]:
    """Draw at most so many of the places from 0 to `count` at random, by default all; they rise."""
    if most is None or count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False))


def time_ordered_holdout(
    interactions: Interactions, *, test_share: float = 0.2, only_new: bool = True, most: int | None = None
) -> Holdout:
    """Hold out the last interactions in time, one cut-off for all.

    A customer without a history before the cut-off is left out: no personal list can be made. A product
    that nobody bought before it stays in, though most models cannot find it: the shop wanted it found.

    Parameters
    ----------
    interactions : Interactions
        All of the shop's.
    test_share : float
        At most this share of the interactions falls after the cut-off.
    only_new : bool
        Only products that the customer did not have before count as relevant.
    most : int, optional
        Measure at most so many customers, drawn at random; by default all.
    """
    cutoff = cutoff_day(interactions.days, test_share=test_share, counts=interactions.counts)
    return holdout_at(interactions, cutoff=cutoff, only_new=only_new, most=most)


def holdout_at(
    interactions: Interactions, *, cutoff: int, only_new: bool = True, most: int | None = None
) -> Holdout:
    """Hold out the interactions from a day on, given in days since 1970-01-01; `most` as elsewhere."""
    users, items, days = interactions.customers, interactions.products, interactions.days
    split = split_at(users, items, days, cutoff=cutoff, only_new=only_new)
    is_known = np.zeros(interactions.n_customers + 1, dtype=np.bool_)
    is_known[users[split.train]] = True  # the last place is the guests'
    window = Split(split.train, split.test & is_known[users])
    return _holdout(interactions, window, now=cutoff, cutoff=_EPOCH + timedelta(days=cutoff), most=most)


def last_out_holdout(
    interactions: Interactions, *, only_new: bool = True, most: int | None = None
) -> Holdout:
    """Hold out each customer's last interaction, whenever it was.

    Other customers' later interactions train the model, so it sees fashions that it could not have known:
    compare models by it, but state how well they do by `time_ordered_holdout`.
    """
    users, items, days = interactions.customers, interactions.products, interactions.days
    split = leave_last_out(users, items, days, only_new=only_new)
    return _holdout(interactions, split, now=None, cutoff=None, most=most)


def _holdout(
    interactions: Interactions, split: Split, *, now: int | None, cutoff: date | None, most: int | None
) -> Holdout:
    train, test = interactions.where(split.train), interactions.where(split.test)
    shape = {"n_users": interactions.n_customers, "n_items": interactions.n_products}
    relevant = relevant_items(test.customers, test.products, **shape)
    measured = np.flatnonzero(np.diff(relevant.indptr))
    measured = measured[drawn_places(len(measured), most)]
    histories = train.histories(measured, now=now)
    return Holdout(train, measured, histories, relevant[measured], cutoff)
