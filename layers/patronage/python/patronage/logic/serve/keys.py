"""Keys of the serving table's items: ``<kind>#<generation>#<id>``, all of it in the partition key."""

from __future__ import annotations

import hashlib

POINTER = "pointer"
EXPERIMENTS = "experiments"
OF_USER, PROVED, OPEN = "user", "proved", "open"
"""The namespaces of sessions: a user's; a visit's whose id a token proves; any other visit's."""
MAX_KEY_BYTES = 2_048
"""DynamoDB's limit for a partition key."""


def item_key(kind: str, generation: str, item_id: str | int) -> str:
    """Return the key of an item.

    The id stands last and unchanged, so it may hold any character, ``#`` too. An id too long for
    DynamoDB stands as its SHA-256.

    Examples
    --------
    >>> item_key("user", "run-1", "a#b")
    'user#run-1#a#b'
    """
    key = f"{kind}#{generation}#{item_id}"
    if len(key.encode()) <= MAX_KEY_BYTES:
        return key
    return f"{kind}#{generation}##{hashlib.sha256(str(item_id).encode()).hexdigest()}"
