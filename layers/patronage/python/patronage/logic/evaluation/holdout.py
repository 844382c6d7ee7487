"""The time-ordered holdout that compares recommenders on orders."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.evaluation.metrics import measure_ranking
from patronage.logic.evaluation.splits import cutoff_day, relevant_items, split_at

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from patronage.logic.recommenders.base import Ids, Interactions, Matrix

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Holdout:
    """What is known before a day, and what known customers newly bought from that day on.

    Parameters
    ----------
    train : Interactions
        Everything before the cut-off, guests included.
    customers : array of int32, shape (measured,)
        The measured customers: who bought before the cut-off and, from it on, a product that was new to
        them.
    histories : sparse array, shape (measured, products)
        What each of them bought before the cut-off.
    relevant : sparse array of bool, shape (measured, products)
        What each of them newly bought from it on.
    cutoff : date
        First day of the test, in the shop's zone.
    """

    train: Interactions
    customers: NDArray[np.int64]
    histories: Matrix
    relevant: sparse.csr_array[np.bool_, tuple[int, int]]
    cutoff: date

    def measure(self, ids: Ids, *, k: int = 10) -> dict[str, Any]:
        """Measure recommendations for `histories`, one row each, as plain data for a JSON report.

        Returns
        -------
        dict
            ``ndcg_at_<k>``, ``customers``, ``cutoff``, and ``metrics``: by name the value, with the ends
            of its 95 % bootstrap interval as ``low`` and ``high`` (coverage has none).
        """
        report = measure_ranking(ids, self.relevant, k=k)
        metrics: dict[str, Any] = {f"{name}_at_{k}": asdict(value) for name, value in report.metrics.items()}
        metrics["coverage"] = {"value": report.coverage}
        return {
            f"ndcg_at_{k}": report.metrics["ndcg"].value,
            "customers": report.users,
            "cutoff": self.cutoff.isoformat(),
            "metrics": metrics,
        }


def time_ordered_holdout(interactions: Interactions, *, test_share: float = 0.2) -> Holdout:
    """Hold out the last interactions in time.

    A customer without a history before the cut-off is left out: no personal list can be made. A product
    that nobody bought before it stays in, though most models cannot find it: the shop wanted it found.

    Parameters
    ----------
    interactions : Interactions
        All of the shop's.
    test_share : float
        At most this share of the interactions falls after the cut-off.
    """
    users, items, days = interactions.customers, interactions.products, interactions.days
    cutoff = cutoff_day(days, test_share=test_share)
    split = split_at(users, items, days, cutoff=cutoff)
    train = interactions.where(split.train)
    test = split.test & np.isin(users, train.customers)
    shape = {"n_users": interactions.n_customers, "n_items": interactions.n_products}
    relevant = relevant_items(users[test], items[test], **shape)
    measured = np.flatnonzero(np.diff(relevant.indptr))
    return Holdout(
        train=train,
        customers=measured,
        histories=train.history()[measured],
        relevant=relevant[measured],
        cutoff=_EPOCH + timedelta(days=cutoff),
    )
