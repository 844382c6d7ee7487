"""How new orders ask for a run of monitoring: once for all that come within ten minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

BUCKET_SECONDS = 600
"""The run waits as long, so that it sees every upload of its ten minutes."""


def new_data_run(now: datetime) -> str:
    """Return the name of the run that the ten minutes of an instant share.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> new_data_run(datetime(2026, 1, 5, 14, 37, 9, tzinfo=UTC))
    'new-data-20260105T1430Z'
    """
    minutes = BUCKET_SECONDS // 60
    return f"new-data-{now:%Y%m%dT%H}{now.minute // minutes * minutes:02d}Z"
