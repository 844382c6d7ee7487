"""The states of the monitoring machine that compute with arrays, by their names, for whoever runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.steps.monitor.drift import drift
from patronage.steps.monitor.experiment_reports import experiment_reports

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.stores.objects import ObjectStore

LEARNT: Mapping[str, Callable[[str, ObjectStore], dict[str, Any]]] = {
    "drift": drift,
    "experiment_reports": experiment_reports,
}
"""Each reads what a state of `MEASURED` wrote."""
