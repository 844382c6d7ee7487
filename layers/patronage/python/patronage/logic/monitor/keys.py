"""Where runs of monitoring keep what they found out."""

from __future__ import annotations


def document_key(run_id: str, name: str) -> str:
    """Return where a document of a run lies.

    Examples
    --------
    >>> document_key("mon-1", "drift")
    'runs/mon-1/monitor/drift.json'
    """
    return f"runs/{run_id}/monitor/{name}.json"


def decision_key(run_id: str) -> str:
    """Return where the decision of a run lies."""
    return document_key(run_id, "decision")
