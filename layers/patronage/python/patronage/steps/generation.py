"""The items of a generation, built shard by shard from what its run wrote."""

from __future__ import annotations

import zlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput
from patronage.logic.arrays import read_npz
from patronage.logic.monitor.keys import document_key
from patronage.logic.segments.methods import METHODS
from patronage.logic.serve.bought import pack_bought
from patronage.logic.serve.catalogue import Product, pack_pages
from patronage.logic.serve.documents import member_pages, pack_document
from patronage.logic.serve.keys import item_key
from patronage.logic.serve.kinds import NEW, POPULAR, TRENDING
from patronage.logic.serve.packing import Candidate, pack
from patronage.logic.tags import category_path
from patronage.steps.customer_items import customer_items, journey_items
from patronage.steps.figures import ANALYTICS, MONITORED
from patronage.steps.list_shards import ListShard
from patronage.steps.recommendation_shards import rows_of, shard_name, variant_in
from patronage.steps.train.chosen import chosen_variants
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from patronage.logic.arrays import Array
    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore

Item = dict[str, Any]

BOARDS = {"all": ("popular", POPULAR), "trending": ("trending", TRENDING), "new": ("new", NEW)}
"""What a run shows of the whole shop: the name under which it is served, the file, and the kind of reason."""


class RunOutputs:
    """What a run of any family wrote, read for serving.

    Parameters
    ----------
    store : ObjectStore
        Where the runs lie.
    run_id : str
        The run, which gives the generation its name.
    shop : Shop
        Settings that the run was pinned with.
    """

    def __init__(self, store: ObjectStore, run_id: str, shop: Shop) -> None:
        self._store = store
        self._run_id = run_id
        self._shop = shop

    def items(self, family: str, shard: str) -> Iterator[Item]:
        """Build the items of a shard, by its name in the run's list of shards."""
        kind, _, number = shard.partition("-")
        kind, _ = variant_in(kind)
        builders: dict[tuple[str, str], Callable[[], Iterator[Item]]] = {
            ("segments", "summary"): self._summary,
            ("segments", "customers"): lambda: customer_items(*self._source, int(number)),
            ("segments", "journeys"): lambda: journey_items(*self._source, int(number)),
            ("segments", "members"): lambda: self._members(number),
            ("segments", "analytics"): self._analytics,
            ("monitoring", "documents"): self._monitored,
            ("recommendations", "popular"): self._popular,
            ("recommendations", "contexts"): self._contexts,
            ("recommendations", "catalogue"): self._catalogue,
            ("recommendations", "metrics"): lambda: self._document("metrics", f"{self._folder}/metrics.json"),
            ("recommendations", "similar"): lambda: self._similar("similar", shard),
            ("recommendations", "together"): lambda: self._similar("together", shard),
            ("recommendations", "users"): lambda: self._users(shard),
        }
        if (family, kind) not in builders:
            known = ", ".join(name for of, name in builders if of == family) or "none"
            raise BadInput(f"shard {shard!r} is none of the {family} shards; known are {known}")
        return builders[family, kind]()

    def products(self) -> list[Product]:
        """Return the run's products; the place in the list is the index that arrays speak of."""
        rows = self._rows("products", "FROM products ORDER BY idx")
        return [
            Product(
                product_id=row["product_id"],
                name=row["name"],
                price_minor=row["price_minor"],
                buyers=row["buyers"],
                category=category_path(row.get("category")),
            )
            for row in rows
        ]

    def product_ids(self) -> list[str]:
        """Return the ids of the run's products, in the same order."""
        path = self._store.staged(f"{self._folder}/products.parquet")
        with DuckEngine(self._shop) as engine:
            engine.scan("products", [path])
            chunks = engine.chunks("SELECT product_id FROM products ORDER BY idx")
            return [product_id for chunk in chunks for (product_id,) in chunk]

    def popular(self, product_ids: list[str], board: str = "all") -> list[Candidate]:
        """Return the products of one of the shop's `BOARDS`, best first."""
        file, kind = BOARDS[board]
        if not self._store.exists(f"{self._folder}/{file}.npz"):
            return []
        arrays = self._arrays(file)
        pairs = zip(arrays["items"].values, arrays["scores"].values, strict=True)
        return [Candidate(product_ids[index], score, kind=kind) for index, score in pairs if index >= 0]

    def contexts(self, product_ids: list[str]) -> dict[str, list[Candidate]]:
        """Return what is popular in each context, such as ``country=Germany`` or ``category=Tea``."""
        found = read_json(self._store, f"{self._folder}/contexts.json")
        return {
            context: [Candidate(product_ids[index], score) for index, score in pairs]
            for context, pairs in found.items()
        }

    def list_of(self, kind: str, index: int, product_ids: list[str]) -> list[Candidate]:
        """Return the candidates of one user (``users``) or product (``similar``, ``together``)."""
        shard = shard_name(kind, index)
        if not self._store.exists(f"{self._folder}/{shard}.npz"):
            return []
        lists = self._shard(shard).lists(product_ids)
        return next((found for row, found in lists if row == index), [])

    def bought_by(self, index: int) -> list[int]:
        """Return what one user bought."""
        shard = shard_name("users", index)
        if not self._store.exists(f"{self._folder}/{shard}.npz"):
            return []
        return self._shard(shard).bought().get(index, [])

    def customer_ids(self, first: int, last: int) -> dict[int, str]:
        """Return the ids of a range of customer indices, both ends included."""
        sql = "SELECT idx, customer_id FROM customers WHERE idx BETWEEN $first AND $last"
        rows = self._rows("customers", sql, first=first, last=last)
        return {row["idx"]: row["customer_id"] for row in rows}

    def customer_index(self, customer_id: str) -> int | None:
        """Return a customer's index, None for one that the run does not know."""
        sql = "SELECT idx FROM customers WHERE customer_id = $customer_id"
        rows = self._rows("customers", sql, customer_id=customer_id)
        return rows[0]["idx"] if rows else None

    @property
    def _source(self) -> tuple[ObjectStore, str, Shop]:
        return self._store, self._run_id, self._shop

    @property
    def _folder(self) -> str:
        return f"runs/{self._run_id}/recommendations"

    def _summary(self) -> Iterator[Item]:
        summary = self._store.read_bytes(f"runs/{self._run_id}/segments/summary.json")
        yield {"pk": self._key("segments", "summary"), "packed": zlib.compress(summary, 9)}

    def _members(self, method: str) -> Iterator[Item]:
        """Build the lists of the customers of each segment of a method, the most valuable first."""
        column = METHODS[method].column
        path = self._store.staged(f"runs/{self._run_id}/segments/customers.parquet")
        with DuckEngine(self._shop) as engine:
            engine.scan("customers", [path])
            rows = (
                row
                for chunk in engine.chunks(
                    f"SELECT {column}, customer_id, net_minor FROM customers WHERE {column} IS NOT NULL "
                    f"ORDER BY {column}, net_minor DESC NULLS LAST, customer_id"
                )
                for row in chunk
            )
            for segment_id, members in groupby(rows, key=itemgetter(0)):
                pages = list(member_pages((customer_id, net) for _, customer_id, net in members))
                for number, page in enumerate(pages):
                    key = self._key("members", f"{method}#{segment_id}#{number}")
                    yield {"pk": key, "pages": len(pages), "packed": page}

    def _analytics(self) -> Iterator[Item]:
        """Build the run's figures, a document each, in pages."""
        for name, file in ANALYTICS.items():
            yield from self._document(name, f"runs/{self._run_id}/{file}")

    def _monitored(self) -> Iterator[Item]:
        """Build what a run of monitoring found out; of a measure that failed there is none."""
        for name in MONITORED:
            yield from self._document(name, document_key(self._run_id, name))

    def _document(self, name: str, key: str) -> Iterator[Item]:
        """Build the pages of a document of figures, where the run wrote it."""
        if not self._store.exists(key):
            return
        pages = pack_document(read_json(self._store, key))
        for number, page in enumerate(pages):
            yield {"pk": self._key("analytics", f"{name}#{number}"), "pages": len(pages), "packed": page}

    def _popular(self) -> Iterator[Item]:
        product_ids = self.product_ids()
        for board in BOARDS:
            yield {"pk": self._key("popular", board), "packed": pack(self.popular(product_ids, board))}

    def _catalogue(self) -> Iterator[Item]:
        products = self.products()
        pages = list(pack_pages(products))
        yield {"pk": self._key("catalogue", "meta"), "pages": len(pages), "products": len(products)}
        for number, page in enumerate(pages):
            yield {"pk": self._key("catalogue", number), "packed": page}

    def _contexts(self) -> Iterator[Item]:
        product_ids = self.product_ids()
        for context, candidates in self.contexts(product_ids).items():
            yield {"pk": self._key("popular", context), "packed": pack(candidates)}

    def _similar(self, kind: str, shard: str) -> Iterator[Item]:
        product_ids = self.product_ids()
        for product, packed in self._shard(shard).packed(product_ids):
            if packed:
                yield {"pk": self._key(kind, product_ids[product]), "packed": packed}

    def _users(self, shard: str) -> Iterator[Item]:
        """Build the items of users; those of a variant stand under its name, beside those of the model."""
        variant = variant_in(rows_of(shard)[0])[1]
        kind = f"user@{variant}" if variant else "user"
        read = self._shard(shard)
        rows, bought = list(read.packed(self.product_ids())), read.bought()
        users = [user for user, _ in rows]
        customer_ids = self.customer_ids(min(users, default=0), max(users, default=-1))
        for user, packed in rows:
            not_again = pack_bought(bought.get(user, ()))
            # Who bought all there is has no candidate left, and still must not be shown it again.
            if packed or not_again:
                item = {"pk": self._key(kind, customer_ids[user]), "packed": packed or pack(())}
                yield item | ({"bought": not_again} if not_again else {})

    def _key(self, kind: str, item_id: str | int) -> str:
        return item_key(kind, self._run_id, item_id)

    def _shard(self, name: str) -> ListShard:
        return ListShard.read(self._store, f"{self._folder}/{name}.npz")

    def _arrays(self, name: str) -> dict[str, Array]:
        return read_npz(self._store.read_bytes(f"{self._folder}/{name}.npz"))

    def _rows(self, table: str, sql: str, **parameters: object) -> list[dict[str, Any]]:
        return self._query(table, self._store.staged(f"{self._folder}/{table}.parquet"), sql, **parameters)

    def _query(self, table: str, path: Path, sql: str, **parameters: object) -> list[dict[str, Any]]:
        with DuckEngine(self._shop) as engine:
            engine.scan(table, [path])
            return engine.rows(sql, **parameters)


def model_of(store: ObjectStore, run_id: str) -> dict[str, str]:
    """Return name and version of the model whose recommendations a run wrote, and the variants beside it."""
    record = read_json(store, f"runs/{run_id}/recommendations/model.json")
    model = {"name": record["model"], "version": str(record["version"])}
    if record.get("low_data"):
        model["low_data"] = "true"
    if variants := chosen_variants(store, run_id):
        model["variants"] = ",".join(variants)
    return model
