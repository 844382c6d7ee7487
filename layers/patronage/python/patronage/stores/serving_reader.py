"""What the serving side reads, with what every answer shares kept in memory for a bounded time."""

from __future__ import annotations

import gc
import logging
from typing import TYPE_CHECKING, TypeVar

from patronage.logic.serve import rules as business_rules
from patronage.logic.serve.catalogue import unpack_pages, unpack_stock
from patronage.logic.serve.documents import unpack_document
from patronage.logic.serve.keys import EXPERIMENTS, POINTER, item_key
from patronage.logic.serve.packing import Unpacked, unpack
from patronage.logic.serve.pointer import NoGenerationYet, entries_of
from patronage.logic.serve.rules import NO_RULES, Rules
from patronage.logic.serve.shelf import Shelf, make_shelf
from patronage.logic.serve.wanted import Own
from patronage.stores.serving import needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from patronage.logic.collect.session import Session
    from patronage.logic.experiments.running import Running
    from patronage.logic.serve.catalogue import Product, Stocked
    from patronage.logic.serve.packing import Candidate
    from patronage.logic.serve.pointer import Entry
    from patronage.logic.serve.wanted import Found, Wanted
    from patronage.stores.serving import Item, ServingTable

_Kept = TypeVar("_Kept")

POINTER_SECONDS = 60
REMEMBERED_SECONDS = 3_600
"""How old what is in memory may be: far below the days that a superseded generation is kept."""
GROUPS_KEPT = 500
"""So many lists of what is popular in a group are kept, the empty ones of unknown groups too."""
_POPULAR = "popular"
_NO_GENERATION = ""
_LOG = logging.getLogger("patronage.serving_reader")


class ServingReader:
    """Read the live generation; one of these lives as long as the environment.

    Pointer, rules and experiments are read at most every `POINTER_SECONDS`, in one round trip; the catalogue,
    the shop's table of products, and what is popular once a generation. Where rules or
    experiments make no sense, those before go on.
    """

    def __init__(self, table: ServingTable) -> None:
        self._table = table
        self._pointer: dict[str, Entry] = {}
        self._read_at: datetime | None = None
        self._packed_rules = b""
        self._rules: Rules = NO_RULES
        self._packed_experiments = b""
        self._experiments: Running | None = None
        self._catalogue: tuple[str, dict[str, Product], list[Candidate]] = (_NO_GENERATION, {}, [])
        self._stocked: tuple[str, dict[str, Stocked]] = (_NO_GENERATION, {})
        self._shelf: Shelf | None = None
        self._shelf_of: tuple[str, ...] = ()
        self._groups: dict[str, Iterable[Candidate]] = {}

    def shelf(self, now: datetime) -> Shelf:
        """Return what the answers of the live recommendations share."""
        entry = self.entry("recommendations", now)
        if self._shelf is None or self._shelf_of != self._live():
            self._shelf, self._shelf_of = self._load_shelf(entry), self._live()
            gc.freeze()  # it stays for long: the collector need not look through it in the midst of answers
            self._groups = {}
        elif self._shelf.standing.rules is not self._rules:
            self._shelf = self._shelf.under(self._rules)
        if self._shelf.experiments is not self._experiments:
            self._shelf = self._shelf._replace(experiments=self._experiments)
        return self._shelf

    def remembered_shelf(self, now: datetime) -> Shelf | None:
        """Return the shelf in memory, unless its pointer was read too long ago."""
        if self._read_at is None or (now - self._read_at).total_seconds() > REMEMBERED_SECONDS:
            return None
        return self._shelf

    def read(self, wanted: Wanted, shelf: Shelf, found: Found, now: datetime) -> None:
        """Add what is wanted of the shelf's generation to what was found; many keys a hundred at a time."""
        generation = shelf.entry.run_id
        groups = {group for kind, group in wanted.lists if kind == _POPULAR}
        found.lists |= {(_POPULAR, each): self._groups[each] for each in groups if each in self._groups}
        users = {item_key("user", generation, each): each for each in wanted.users}
        sessions = {item_key("session", *key): key for key in wanted.sessions}
        customers = {item_key("customer", shelf.segments, each): each for each in wanted.customers}
        lists = {item_key(key[0], generation, key[1]): key for key in wanted.lists if key not in found.lists}
        variants = {item_key(f"user@{key[0]}", generation, key[1]): key for key in wanted.variants}
        keys = [*users, *sessions, *customers, *lists, *variants]
        if not keys:
            return
        for key, item in self._table.get_all(keys).items():
            if key in users:
                found.users[users[key]] = Own(Unpacked(item["packed"]), item.get("bought", b""))
            elif key in lists:
                found.lists[lists[key]] = Unpacked(item["packed"])
            elif key in variants:
                found.variants[variants[key]] = Own(Unpacked(item["packed"]), item.get("bought", b""))
            elif key in customers:
                found.segments[customers[key]] = item.get("segment_id", "")
            elif item.get("expires_at", now.timestamp()) >= now.timestamp():
                found.sessions[sessions[key]] = _session(item["packed"])
        if groups:
            self._keep(groups, found)

    def entry(self, family: str, now: datetime) -> Entry:
        """Return a family's live entry, read at most `POINTER_SECONDS` ago."""
        is_stale = self._read_at is None or (now - self._read_at).total_seconds() >= POINTER_SECONDS
        if is_stale or family not in self._pointer:
            self._refresh(now)
        if family not in self._pointer:
            raise NoGenerationYet(f"no run has published {family} yet; ask again when the first run is done")
        return self._pointer[family]

    def _refresh(self, now: datetime) -> None:
        found = self._table.get_all([POINTER, business_rules.ITEM_KEY, EXPERIMENTS])
        packed = found.get(business_rules.ITEM_KEY, {}).get("packed", b"")
        if packed != self._packed_rules:
            self._rules, self._packed_rules = _read_or(self._rules, _rules_of, packed), packed
        packed = found.get(EXPERIMENTS, {}).get("packed", b"")
        if packed != self._packed_experiments:
            self._experiments = _read_or(self._experiments, _experiments_of, packed)
            self._packed_experiments = packed
        self._pointer = entries_of(found.get(POINTER, {}))
        self._read_at = now

    def _live(self) -> tuple[str, ...]:
        """Return the live generations of what a shelf is made of, and the instant of the products'.

        The same products uploaded again are the same generation, and newer.
        """
        families = ("recommendations", "products", "segments")
        products = self._pointer.get("products")
        return (*map(self._generation, families), products.as_of if products else "")

    def _generation(self, family: str) -> str:
        return self._pointer[family].run_id if family in self._pointer else _NO_GENERATION

    def _load_shelf(self, entry: Entry) -> Shelf:
        if self._catalogue[0] != entry.run_id:
            popular_key = item_key(_POPULAR, entry.run_id, "all")
            pages, beside = self._pages(entry.run_id, popular_key)
            self._catalogue = (entry.run_id, unpack_pages(pages), unpack(beside[popular_key]["packed"]))
        products = self._pointer.get("products")
        if self._stocked[0] != self._generation("products"):
            pages = self._pages(products.run_id)[0] if products else []
            self._stocked = (self._generation("products"), unpack_stock(pages))
        return make_shelf(
            entry,
            self._catalogue[1],
            self._catalogue[2],
            self._rules,
            stocked=self._stocked[1],
            stock_as_of=products.as_of if products else None,
            segments=self._generation("segments"),
        )

    def _pages(self, generation: str, *beside: str) -> tuple[list[bytes], dict[str, Item]]:
        """Return the pages of a generation's catalogue, and items read beside its number of pages."""
        meta_key = item_key("catalogue", generation, "meta")
        first = needed(self._table, [meta_key, *beside])
        keys = [item_key("catalogue", generation, page) for page in range(first[meta_key]["pages"])]
        found = needed(self._table, keys)
        return [found[key]["packed"] for key in keys], first

    def _keep(self, groups: set[str], found: Found) -> None:
        if len(self._groups) + len(groups) > GROUPS_KEPT:
            self._groups = {}
        self._groups |= {group: found.lists.get((_POPULAR, group), ()) for group in groups}


def _session(packed: bytes) -> Session:
    # Only a request that meets a session pays for its import.
    from patronage.logic.collect.session import Session

    return Session.unpack(packed)


def _rules_of(packed: bytes) -> Rules:
    if not packed:
        return NO_RULES
    # The first request that meets rules pays for what checks them.
    from patronage.logic.serve.rules_document import rules_of

    return rules_of(unpack_document([packed])["rules"])


def _experiments_of(packed: bytes) -> Running | None:
    if not packed:
        return None
    # Only a shop that experiments pays for what assigns its visitors.
    from patronage.logic.experiments.running import Running

    return Running(unpack_document([packed])) or None


def _read_or(before: _Kept, read: Callable[[bytes], _Kept], packed: bytes) -> _Kept:
    """Read an item; where it makes no sense keep what was before, for recommendations need no such item."""
    try:
        return read(packed)
    except Exception as exc:  # whatever a damaged item may lead to
        what = read.__name__.strip("_").removesuffix("_of")
        _LOG.warning("the stored %s cannot be read; put them again", what, extra={"error": repr(exc)[:200]})
        return before
