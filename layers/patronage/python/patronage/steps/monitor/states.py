"""The states of the monitoring machine that read the lake's tables, by their names, for whoever runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.steps.monitor.drift_tables import drift_tables
from patronage.steps.monitor.effectiveness import effectiveness
from patronage.steps.monitor.experiment_tables import experiment_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.stores.lake import Lake

MEASURED: Mapping[str, Callable[[str, Lake], dict[str, Any]]] = {
    "drift_tables": drift_tables,
    "effectiveness": effectiveness,
    "experiment_tables": experiment_tables,
}
"""What a run measures, each independent of the others."""
