"""What to call a cluster: what sets its customers apart from the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.segments.clusters._scaling import Numbers

PHRASES = {
    "recency_days": ("bought recently", "long absent"),
    "occasions": ("few purchases", "many purchases"),
    "net_per_occasion_minor": ("low spend", "high spend"),
    "items_per_occasion": ("small baskets", "large baskets"),
    "price_per_item_minor": ("low prices", "high prices"),
    "distinct_product_share": ("the same products again", "ever new products"),
    "categories": ("few categories", "many categories"),
    "returned_share": ("few returns", "many returns"),
    "discounted_share": ("full price", "discounts"),
    "days_between_occasions": ("short gaps", "long gaps"),
    "tenure_days": ("new customers", "long-standing customers"),
}
"""What to say of a cluster that lies low, or high, in a feature."""

NOTABLE_Z = 0.25
"""A cluster whose mean lies nearer to that of all customers, in standard deviations, is not set apart."""
_PHRASES_FIRST = 2


@dataclass(frozen=True)
class ClusterName:
    """A name, and what it is made of.

    Parameters
    ----------
    traits : tuple of (str, bool)
        The features that set the cluster apart, and whether it lies high in each; none is near the average.
    apart : tuple of (str, float or None), optional
        A feature and the cluster's median of it, where the traits are another cluster's too.
    number : int, optional
        Where even these are.
    """

    traits: tuple[tuple[str, bool], ...] = ()
    apart: tuple[str, float | None] | None = None
    number: int | None = None

    @property
    def text(self) -> str:
        """The name in English."""
        joined = ", ".join(_phrase(*trait) for trait in self.traits) or "near the average"
        told = joined[0].upper() + joined[1:]
        if self.apart:
            feature, median = self.apart
            told += f" ({feature} {'unknown' if median is None else f'{median:,.6g}'})"
        return told if self.number is None else f"{told}, {self.number}"

    def as_dict(self) -> dict[str, Any]:
        """Return what it is made of as plain values."""
        return {
            "traits": [{"feature": feature, "is_high": is_high} for feature, is_high in self.traits],
            "apart": dict(zip(("feature", "median"), self.apart, strict=True)) if self.apart else None,
            "number": self.number,
        }


def _phrase(feature: str, is_high: bool) -> str:
    return PHRASES.get(feature, (f"low {feature}", f"high {feature}"))[int(is_high)]


def cluster_names(features: Sequence[str], z: Numbers, medians: Numbers) -> list[ClusterName]:
    """Name each cluster by the two features that set it apart most, by more where names would be equal.

    Where even all features do not tell two clusters apart, the median of the one in which they differ most
    is added.

    Parameters
    ----------
    features : sequence of str
        Names of the features.
    z, medians : array, shape (k, features)
        How far the mean of a cluster lies from that of all customers, in standard deviations, and the median
        of its customers, in the feature's own unit.

    Returns
    -------
    list of ClusterName
        Names, all different.
    """
    ranked = [
        [int(f) for f in np.argsort(-np.abs(row), kind="stable") if abs(row[f]) >= NOTABLE_Z] for row in z
    ]
    depths = [min(_PHRASES_FIRST, len(order)) for order in ranked]
    while True:
        names = [
            _name(features, row, order[:depth]) for row, order, depth in zip(z, ranked, depths, strict=True)
        ]
        growing = [c for c in _repeated(names) if depths[c] < len(ranked[c])]
        if not growing:
            return _numbered(_told_apart(names, features, z, medians))
        for cluster in growing:
            depths[cluster] += 1


def _name(features: Sequence[str], row: Numbers, chosen: list[int]) -> ClusterName:
    # In the order of the features, not of their weight: two orders of the same words would be no two names.
    return ClusterName(tuple((features[feature], bool(row[feature] > 0)) for feature in sorted(chosen)))


def _repeated(names: Sequence[ClusterName]) -> list[int]:
    counts = Counter(names)
    return [place for place, name in enumerate(names) if counts[name] > 1]


def _told_apart(
    names: list[ClusterName], features: Sequence[str], z: Numbers, medians: Numbers
) -> list[ClusterName]:
    told = list(names)
    for name in {names[place] for place in _repeated(names)}:
        same = [place for place, other in enumerate(names) if other == name]
        widest = int(np.ptp(z[same], axis=0).argmax())
        for place in same:
            told[place] = replace(name, apart=(features[widest], _six_digits(medians[place, widest])))
    return told


def _six_digits(median: float) -> float | None:
    return None if isnan(median) else float(f"{median:.6g}")


def _numbered(names: list[ClusterName]) -> list[ClusterName]:
    """Tell names apart that are still equal, their clusters having the same median, by a number."""
    counts, seen = Counter(names), Counter[ClusterName]()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(replace(name, number=seen[name]) if counts[name] > 1 else name)
    return numbered
