"""Where runs of monitoring keep what others read."""

from __future__ import annotations


def decision_key(run_id: str) -> str:
    """Return where the decision of a run lies."""
    return f"runs/{run_id}/monitor/decision.json"
