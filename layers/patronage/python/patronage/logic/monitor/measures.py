"""What a run of monitoring measures, for the state machine and for whoever runs its steps without one."""

from __future__ import annotations

MEASURES = {
    "drift": ("drift_tables", "drift"),
    "effectiveness": ("effectiveness",),
    "experiments": ("experiment_tables", "experiment_reports"),
}
"""By measure its steps, one after the other; the measures are independent of each other."""
LEARNT = frozenset({"drift", "experiment_reports"})
"""The steps that compute with arrays; the others read the lake's tables."""
