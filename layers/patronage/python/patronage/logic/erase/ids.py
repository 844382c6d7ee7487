"""How an erased person's id is remembered: as an HMAC, which only the stack's secret can make again."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_DIGITS_OF_HMAC = 20


def hmac_of(customer_id: str, secret: bytes) -> str:
    """Return the HMAC-SHA256 of an id, in hex; equal ids alone have equal ones."""
    return hmac.new(secret, customer_id.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def receipt_id(digest: str, now: datetime) -> str:
    """Name an erasure or export after when it was asked for and the HMAC of whom it is about.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> receipt_id("ab" * 32, datetime(2026, 1, 10, 12, tzinfo=UTC))
    '20260110T120000.000000Z-abababababababababab'
    """
    return f"{now:%Y%m%dT%H%M%S.%fZ}-{digest[:_DIGITS_OF_HMAC]}"
