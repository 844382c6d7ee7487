"""The compact catalogue, cut into pages that fit an item, and the shelf that every answer stands on."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from patronage.logic.serve.packing import Candidate
    from patronage.logic.serve.pointer import Entry

MAX_PAGE_BYTES = 100_000
MAX_NAME_CHARACTERS = 500
_PRODUCTS_A_PAGE = 2_000


class Product(NamedTuple):
    """What an answer says about a product; `buyers` counts the customers who ever bought it."""

    product_id: str
    name: str
    price_minor: int
    buyers: int


@dataclass(frozen=True)
class Shelf:
    """What all answers of one generation share."""

    entry: Entry
    products: Mapping[str, Product]
    popular: Sequence[Candidate]


def pack_pages(products: Sequence[Product]) -> Iterator[bytes]:
    """Cut a catalogue into pages of compressed JSON of at most 100 KB; long names are cut."""
    for start in range(0, len(products), _PRODUCTS_A_PAGE):
        yield from _pages(products[start : start + _PRODUCTS_A_PAGE])


def unpack_pages(pages: Iterable[bytes]) -> dict[str, Product]:
    """Return the products of all pages by their id."""
    products = (Product(*row) for page in pages for row in json.loads(zlib.decompress(page)))
    return {product.product_id: product for product in products}


def _pages(products: Sequence[Product]) -> Iterator[bytes]:
    rows = [product._replace(name=product.name[:MAX_NAME_CHARACTERS]) for product in products]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    page = zlib.compress(text.encode(), 9)
    if len(page) <= MAX_PAGE_BYTES or len(products) == 1:
        yield page
        return
    middle = len(products) // 2
    yield from _pages(products[:middle])
    yield from _pages(products[middle:])
