"""Where ingest keeps what it says of uploads; for all that read it without the engine that wrote it."""

from __future__ import annotations

REPORTS = "lake/reports/ingest/"
QUARANTINE = "lake/quarantine/"


def report_key(object_id: str) -> str:
    """Return where the report of an upload lies in the lake."""
    return f"{REPORTS}{object_id}.json"


def quarantine_key(object_id: str) -> str:
    """Return where the refused rows of an upload lie in the lake."""
    return f"{QUARANTINE}{object_id}.jsonl"
