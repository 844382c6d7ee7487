"""Offline metric decay: do the published lists still hit what customers buy, as they did at publication."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.drift.judge import DRIFT, OK, Judgement, too_few
from patronage.logic.evaluation import bootstrap_means
from patronage.logic.said import said

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.drift.options import DriftOptions
    from patronage.logic.evaluation import Estimate

K = 10
METRICS = ("ndcg_at_10", "hit_rate_at_10")


@dataclass(frozen=True)
class Measured:
    """NDCG@10 and hit rate of lists, with their 95 % bootstrap intervals, and over how many customers."""

    ndcg_at_10: Estimate
    hit_rate_at_10: Estimate
    customers: int

    @classmethod
    def of_hits(cls, hits: list[list[int]]) -> Measured:
        """Measure counted hits.

        Parameters
        ----------
        hits : list of list of int
            Products that a customer bought (ten count as ten and more), places of the list that were among
            them (bit 0 is the first place), and how many customers.
        """
        table = np.asarray(hits, dtype=np.int64).reshape(-1, 3)
        products, places, customers = table.T
        return cls.of_scores(np.repeat(_scores(products, places), customers, axis=0))

    @classmethod
    def of_scores(cls, scores: NDArray[np.float64]) -> Measured:
        """Measure customers by their NDCG@10 and hit rate; array of shape (customers, 2)."""
        ndcg, hit_rate = bootstrap_means(scores)
        return cls(ndcg, hit_rate, len(scores))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, rounded to what all machines agree on."""
        values = {
            name: {end: float(f"{value:.6g}") for end, value in asdict(getattr(self, name)).items()}
            for name in METRICS
        }
        return {**values, "customers": self.customers}


def judge_decay(live: Measured, published: Measured, options: DriftOptions) -> Judgement:
    """Judge whether the lists do worse than at publication, beyond the tolerance and the interval.

    Parameters
    ----------
    live : Measured
        The published lists on what customers bought since.
    published : Measured
        The same model on the gate's test window, of as many days.
    options : DriftOptions
        Tolerance and least customers.
    """
    few = min(live.customers, published.customers)
    if few < options.decay_min_customers:
        least = options.decay_min_customers
        counts = {"live": live.customers, "published": published.customers, "least": least}
        return too_few("decay", said("few_buyers", **counts))
    bound = published.ndcg_at_10.value * (1 - options.decay_tolerance)
    found = live.ndcg_at_10
    has_decayed = found.high < bound
    says = (
        f"NDCG@10 of the published lists is {found.value:.4f} (95 % interval {found.low:.4f} to "
        f"{found.high:.4f}) on {live.customers:,} customers, and was {published.ndcg_at_10.value:.4f} at the "
        f"gate; the upper end lies {'below' if has_decayed else 'at or above'} {bound:.4f}, "
        f"{options.decay_tolerance:.0%} less than the gate's"
    )
    return Judgement(
        measure="decay",
        verdict=DRIFT if has_decayed else OK,
        says=says,
        value=found.value,
        threshold=bound,
    )


def _scores(products: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return NDCG@10 and the hit rate of each row; see `logic.evaluation.metrics` for their definition."""
    discounts = 1 / np.log2(np.arange(2, K + 2))
    is_hit = (places[:, None] >> np.arange(K)) & 1
    ideal = np.cumsum(discounts)[np.clip(products, 1, K) - 1]
    ndcg = np.minimum(is_hit @ discounts / ideal, 1.0)
    return np.stack([ndcg, (places > 0).astype(np.float64)], axis=1)
