"""What the serving side reads, with what every answer shares kept in memory for a bounded time."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from patronage.errors import TryAgain
from patronage.logic.serve.catalogue import Shelf, unpack_pages
from patronage.logic.serve.keys import item_key
from patronage.logic.serve.packing import unpack
from patronage.logic.serve.pointer import NoGenerationYet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from patronage.logic.serve.packing import Candidate
    from patronage.logic.serve.pointer import Entry
    from patronage.stores.serving import Item, ServingTable

POINTER_SECONDS = 60
REMEMBERED_SECONDS = 3_600
"""How old what is in memory may be: far below the days that a superseded generation is kept."""


class ServingReader:
    """Read the live generation; one of these lives as long as the environment.

    The pointer is read at most every `POINTER_SECONDS`; the catalogue, the popular products and the
    summary once a generation.
    """

    def __init__(self, table: ServingTable) -> None:
        self._table = table
        self._pointer: dict[str, Entry] = {}
        self._read_at: datetime | None = None
        self._shelf: Shelf | None = None
        self._summary: tuple[str, dict[str, Any]] = ("", {})

    def shelf(self, now: datetime) -> Shelf:
        """Return what the answers of the live recommendations share."""
        entry = self.entry("recommendations", now)
        if self._shelf is None or self._shelf.entry.run_id != entry.run_id:
            self._shelf = self._load_shelf(entry)
        return self._shelf

    def remembered_shelf(self, now: datetime) -> Shelf | None:
        """Return the shelf in memory, unless its pointer was read too long ago."""
        if self._read_at is None or (now - self._read_at).total_seconds() > REMEMBERED_SECONDS:
            return None
        return self._shelf

    def candidates(
        self, wanted: Sequence[tuple[str, str]], generation: str
    ) -> dict[tuple[str, str], list[Candidate]]:
        """Return the candidates of users, products and contexts by (kind, id), in one round trip."""
        keys = {item_key(kind, generation, item_id): (kind, item_id) for kind, item_id in wanted}
        if len(keys) == 1:
            ((key, name),) = keys.items()
            item = self._table.get(key)
            return {name: unpack(item["packed"])} if item else {}
        found = self._table.get_all(list(keys))
        return {keys[key]: unpack(item["packed"]) for key, item in found.items()}

    def summary(self, now: datetime) -> tuple[dict[str, Any], Entry]:
        """Return the summary of the live segments and their entry."""
        entry = self.entry("segments", now)
        if self._summary[0] != entry.run_id:
            key = item_key("segments", entry.run_id, "summary")
            item = self._needed([key])[key]
            self._summary = (entry.run_id, json.loads(zlib.decompress(item["packed"])))
        return self._summary[1], entry

    def entry(self, family: str, now: datetime) -> Entry:
        """Return a family's live entry, read at most `POINTER_SECONDS` ago."""
        is_stale = self._read_at is None or (now - self._read_at).total_seconds() >= POINTER_SECONDS
        if is_stale or family not in self._pointer:
            self._pointer, self._read_at = self._table.pointer(), now
        if family not in self._pointer:
            raise NoGenerationYet(f"no run has published {family} yet; ask again when the first run is done")
        return self._pointer[family]

    def _load_shelf(self, entry: Entry) -> Shelf:
        generation = entry.run_id
        meta_key = item_key("catalogue", generation, "meta")
        popular_key = item_key("popular", generation, "all")
        first = self._needed([meta_key, popular_key])
        keys = [item_key("catalogue", generation, page) for page in range(first[meta_key]["pages"])]
        pages = self._needed(keys)
        products = unpack_pages(pages[key]["packed"] for key in keys)
        return Shelf(entry, products, unpack(first[popular_key]["packed"]))

    def _needed(self, keys: list[str]) -> dict[str, Item]:
        found = self._table.get_all(keys)
        if missing := [key for key in keys if key not in found]:
            raise TryAgain(f"{missing[0]} is not in the serving table; publish its run again")
        return found
