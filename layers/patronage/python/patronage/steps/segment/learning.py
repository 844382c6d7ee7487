"""The states of the segmentation machine that learn, by their names, for whoever runs them."""

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
