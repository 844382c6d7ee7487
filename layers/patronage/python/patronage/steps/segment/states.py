"""The states of the segmentation machine that read the lake, by their names, for whoever runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.steps.features import publishing
from patronage.steps.segment import (
    behaviour,
    cluster_features,
    cohorts,
    combine,
    journeys,
    lifecycle,
    lifetime_histories,
    rfm,
    sales,
    stability,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.stores.lake import Lake

    States = Mapping[str, Callable[[str, Lake], dict[str, Any]]]

BRANCHED: States = {
    "rfm": rfm.rfm,
    "stability": stability.stability,
    "lifecycle": lifecycle.lifecycle,
    "lifetime_histories": lifetime_histories.lifetime_histories,
    "cluster_features": cluster_features.cluster_features,
    "behaviour": behaviour.behaviour,
    "cohorts": cohorts.cohorts,
    "cohorts_by_country": cohorts.sliced,
    "totals": sales.totals,
    "sales": sales.sales,
    "sales_by_country": sales.sliced,
    "journeys": journeys.journeys,
    "features": publishing.features,
}
"""Those of the machine's branches, in an order in which they may run one after the other."""

JOINED: States = {"combine": combine.combine, "slices": behaviour.slices}
"""Those that need every branch, what is learnt included, in their order."""
