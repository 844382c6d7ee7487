"""A serving table in memory, and generations of segments in it."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from patronage.logic.serve.documents import pack_document
from patronage.logic.serve.keys import POINTER, item_key
from patronage.logic.serve.pointer import Entry
from patronage.stores.figures_reader import FiguresReader
from patronage.stores.serving_reader import ServingReader
from tests_support import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

AS_OF = (NOW - timedelta(hours=1)).isoformat()


class MemoryTable:
    """Does what `ServingTable` does, of an account that is a dict."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.reads: list[str] = []

    def put(self, *items: dict[str, Any]) -> None:
        self.items |= {item["pk"]: item for item in items}

    def get(self, key: str) -> dict[str, Any] | None:
        return self.get_all([key]).get(key)

    def get_all(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        self.reads += keys
        return {key: dict(self.items[key]) for key in keys if key in self.items}

    def change(self, key: str, values: Mapping[str, Any], *, known: Mapping[str, Any]) -> bool:
        item = self.items.get(key, {})
        if any(item.get(name) != value for name, value in known.items()):
            return False
        self.items[key] = item | dict(values)
        return True

    def flip(self, run_id: str, family: str = "segments", currency: str = "GBP") -> None:
        """Make a generation live."""
        entry = Entry(
            run_id=run_id, shards_key="", as_of=AS_OF, created_at=AS_OF, published_at=AS_OF, currency=currency
        )
        pointer = self.items.get(POINTER, {"pk": POINTER})
        self.items[POINTER] = pointer | {family: entry.to_mapping()}

    def forget(self, run_id: str) -> None:
        """Take a generation away, as its time to live does."""
        self.items = {key: item for key, item in self.items.items() if f"#{run_id}#" not in key}

    def reader(self) -> FiguresReader:
        """Read as a new environment does."""
        return FiguresReader(self, ServingReader(self))


def summary_of(run_id: str, **values: Any) -> dict[str, Any]:
    """Return the item of a summary."""
    text = json.dumps({"as_of": AS_OF, "currency": "GBP", **values})
    return {"pk": item_key("segments", run_id, "summary"), "packed": zlib.compress(text.encode())}


def document_items(run_id: str, name: str, document: Any) -> list[dict[str, Any]]:
    pages = pack_document(document)
    return [
        {"pk": item_key("analytics", run_id, f"{name}#{number}"), "pages": len(pages), "packed": page}
        for number, page in enumerate(pages)
    ]


def member_items(
    run_id: str,
    segment_id: str,
    members: Iterable[tuple[str, int | None]],
    *,
    a_page: int,
    method: str = "rfm",
) -> list[dict[str, Any]]:
    """Return the pages of a segment's customers, so many on each."""
    placed = ((number // a_page, member) for number, member in enumerate(members))
    pages = [[member for _, member in page] for _, page in groupby(placed, key=itemgetter(0))]
    return [
        {
            "pk": item_key("members", run_id, f"{method}#{segment_id}#{number}"),
            "pages": len(pages),
            "packed": pack_document(page)[0],
        }
        for number, page in enumerate(pages)
    ]
