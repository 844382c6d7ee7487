"""The states of the segmentation machine that learn, by their names, for whoever runs them.

Both read arrays of one row a customer; in a job on Spark its driver does. There k-means goes over all
customers on Spark, and the number of clusters is chosen on a sample, as everywhere. The models of purchases
and money are fitted to how many customers have the same history, which is little whatever their number, so
that they are fitted as everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.steps.segment import clusters, lifetime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.stores.objects import ObjectStore

LEARNT: Mapping[str, Callable[[str, ObjectStore], dict[str, Any]]] = {
    "lifetime": lifetime.lifetime,
    "clusters": clusters.clusters,
}
