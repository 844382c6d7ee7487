"""What to call a cluster: what sets its customers apart from the others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

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


def cluster_names(features: Sequence[str], z: Numbers, medians: Numbers) -> list[str]:
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
    list of str
        Names, all different.
    """
    ranked = [
        [int(f) for f in np.argsort(-np.abs(row), kind="stable") if abs(row[f]) >= NOTABLE_Z] for row in z
    ]
    depths = [min(_PHRASES_FIRST, len(order)) for order in ranked]
    while True:
        names = [
            _phrased(features, row, order[:depth])
            for row, order, depth in zip(z, ranked, depths, strict=True)
        ]
        growing = [c for c in _repeated(names) if depths[c] < len(ranked[c])]
        if not growing:
            return _numbered(_told_apart(names, features, z, medians))
        for cluster in growing:
            depths[cluster] += 1


def _phrased(features: Sequence[str], row: Numbers, chosen: list[int]) -> str:
    if not chosen:
        return "Near the average"
    # In the order of the features, not of their weight: two orders of the same words would be no two names.
    phrases = []
    for feature in sorted(chosen):
        name = features[feature]
        phrases.append(PHRASES.get(name, (f"low {name}", f"high {name}"))[int(row[feature] > 0)])
    joined = ", ".join(phrases)
    return joined[0].upper() + joined[1:]


def _repeated(names: Sequence[str]) -> list[int]:
    counts = Counter(names)
    return [place for place, name in enumerate(names) if counts[name] > 1]


def _told_apart(names: list[str], features: Sequence[str], z: Numbers, medians: Numbers) -> list[str]:
    told = list(names)
    for name in {names[place] for place in _repeated(names)}:
        same = [place for place, other in enumerate(names) if other == name]
        widest = int(np.ptp(z[same], axis=0).argmax())
        for place in same:
            told[place] = f"{name} ({features[widest]} {medians[place, widest]:,.6g})"
    return told


def _numbered(names: list[str]) -> list[str]:
    """Tell names apart that are still equal, their clusters having the same median, by a number."""
    counts, seen = Counter(names), Counter[str]()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(f"{name}, {seen[name]}" if counts[name] > 1 else name)
    return numbered
