"""Documents in the serving table: JSON, packed, in pages that an item can hold."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAGE_BYTES = 100_000
"""The most bytes of a page (an item holds 400 KB)."""
_MEMBERS_BYTES = 90_000
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode
"""`json.dumps` would make an encoder a document."""


def pack_document(document: Any) -> list[bytes]:
    """Pack a document of plain values into pages, which `unpack_document` takes in their order.

    Equal documents give equal bytes.
    """
    packed = zlib.compress(_encode(document).encode(), 9)
    return [packed[start : start + PAGE_BYTES] for start in range(0, len(packed), PAGE_BYTES)]


def unpack_document(pages: Sequence[bytes]) -> Any:
    """Return what `pack_document` packed."""
    return json.loads(zlib.decompress(b"".join(pages)))


def member_pages(members: Iterable[tuple[str, int | None]]) -> Iterator[bytes]:
    """Pack the customers of a segment, each with its net in minor units, into pages that stand alone."""
    page: list[tuple[str, int | None]] = []
    size = 0
    for customer_id, net_minor in members:
        length = len(customer_id.encode()) + 24
        if page and size + length > _MEMBERS_BYTES:
            yield pack_document(page)[0]
            page, size = [], 0
        page.append((customer_id, net_minor))
        size += length
    if page:
        yield pack_document(page)[0]
