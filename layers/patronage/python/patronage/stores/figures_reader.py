"""What the signed-in routes read: figures of a generation, its customers, their lists and timelines."""

from __future__ import annotations

import json
import zlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from patronage.errors import TryAgain
from patronage.logic.serve.documents import unpack_document
from patronage.logic.serve.generation import Generation
from patronage.logic.serve.keys import item_key
from patronage.stores.serving import needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from patronage.stores.serving import Item, ServingTable
    from patronage.stores.serving_reader import ServingReader

MOST_DOCUMENTS = 64
"""So many documents are kept in memory, those that were asked for last: all of a run of segments (about 40),
and some of the other families and of a run before. Those of 525,000 order lines without events weigh 16 MB
together, the largest, weekly cohorts by country, 3 MB. Visits by month weigh the most: with 12 segments, 10
channels and 24 months `session-months` takes 7 MB of 200,000 visits, 14 MB of a million and 30 MB at most
(`funnel-months` 1 MB), and it grows with the months. The API's function has 1 GB."""
Member = tuple[str, int | None]


class FiguresReader:
    """Read generations of the serving table; one of these lives as long as the environment.

    Parameters
    ----------
    table : ServingTable
        The table.
    serving : ServingReader
        Reads the pointer, and remembers it.
    """

    def __init__(self, table: ServingTable, serving: ServingReader) -> None:
        self._table = table
        self._serving = serving
        self._documents: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def live(self, family: str, now: datetime) -> Generation:
        """Return the live generation of a family; `NoGenerationYet` before the first run."""
        entry = self._serving.entry(family, now)
        return Generation(entry.run_id, entry.as_of, entry.currency)

    def segments_of(self, run_id: str) -> Generation | None:
        """Return a generation of segments, live or superseded; None where it is kept no longer."""
        summary = self.summary(run_id)
        return None if summary is None else Generation(run_id, summary["as_of"], summary["currency"])

    def summary(self, run_id: str) -> dict[str, Any] | None:
        """Return the summary of the segments; None where there is none."""
        if (run_id, "") not in self._documents:
            item = self._one(item_key("segments", run_id, "summary"))
            if item is None:
                return None
            self._remember((run_id, ""), json.loads(zlib.decompress(item["packed"])))
        return self._recalled((run_id, ""))  # type: ignore[no-any-return]

    def document(self, run_id: str, name: str) -> Any:
        """Return a document of a generation, not to be changed; None where there is none."""
        if (run_id, name) not in self._documents:
            first = self._one(item_key("analytics", run_id, f"{name}#0"))
            if first is None:
                return None
            keys = [item_key("analytics", run_id, f"{name}#{page}") for page in range(1, first["pages"])]
            rest = needed(self._table, keys)
            pages = [first["packed"], *(rest[key]["packed"] for key in keys)]
            self._remember((run_id, name), unpack_document(pages))
        return self._recalled((run_id, name))

    def members(
        self, run_id: str, method: str, segment_id: str, page: int
    ) -> tuple[list[Member], int] | None:
        """Return a page of a segment's customers, each with the net, and how many pages there are."""
        item = self._one(item_key("members", run_id, f"{method}#{segment_id}#{page}"))
        if item is None:
            return None
        rows = unpack_document([item["packed"]])
        return [(customer_id, net) for customer_id, net in rows], item["pages"]

    def customer(self, run_id: str, customer_id: str) -> Item | None:
        """Return a customer's item."""
        return self._one(item_key("customer", run_id, customer_id))

    def change_customer(self, before: Item, values: Mapping[str, Any]) -> bool:
        """Set attributes of a customer's item, unless its document changed since; return False then."""
        return self._table.change(before["pk"], values, known={"packed": before["packed"]})

    def journey(self, run_id: str, customer_id: str) -> Any:
        """Return a customer's timeline as it is kept; None where there is none."""
        item = self._one(item_key("journey", run_id, customer_id))
        return item and unpack_document([item["packed"]])

    def product_names(self, product_ids: Iterable[str], now: datetime) -> dict[str, str]:
        """Return what products are called by the live recommendations; what they do not know is left out."""
        wanted = set(product_ids)
        if not wanted:
            return {}
        try:
            products = self._serving.shelf(now).products
        except TryAgain:
            return {}
        return {product_id: products[product_id].name for product_id in wanted if product_id in products}

    def _remember(self, name: tuple[str, str], document: Any) -> None:
        self._documents[name] = document
        while len(self._documents) > MOST_DOCUMENTS:
            self._documents.popitem(last=False)

    def _recalled(self, name: tuple[str, str]) -> Any:
        self._documents.move_to_end(name)
        return self._documents[name]

    def _one(self, key: str) -> Item | None:
        return self._table.get_all([key]).get(key)
