"""The products of a run and of the shop's own table, cut into pages that fit an item."""

from __future__ import annotations

import json
import zlib
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_PAGE_BYTES = 100_000
MAX_NAME_CHARACTERS = 500
_ROWS_A_PAGE = 2_000


class Product(NamedTuple):
    """What an answer says about a product; `buyers` counts the customers who ever bought it."""

    product_id: str
    name: str
    price_minor: int
    buyers: int
    category: str = ""


class Stocked(NamedTuple):
    """What the shop's own table of products says of one.

    Parameters
    ----------
    name : str
        Empty where the shop says none.
    price_minor : int, optional
        None where the shop says no price, or one in a currency without a rate.
    category : str
        Its path, with the levels between ` > `; empty for none.
    stock : int, optional
        Whole pieces at hand; None where the shop does not count them.
    is_active : bool
        Whether the shop sells it now.
    released_on : str
        Day on which it came on sale, in the shop's zone, as ``2025-03-30``; empty where that is not said.
    """

    product_id: str
    name: str
    price_minor: int | None
    category: str
    stock: int | None
    is_active: bool
    released_on: str


_Row = TypeVar("_Row", Product, Stocked)


def pack_pages(rows: Iterable[_Row]) -> Iterator[bytes]:
    """Cut rows into pages of compressed JSON of at most 100 KB; long names are cut."""
    ahead = iter(rows)
    while batch := list(islice(ahead, _ROWS_A_PAGE)):
        yield from _pages(batch)


def unpack_pages(pages: Iterable[bytes]) -> dict[str, Product]:
    """Return the products of all pages by their id; what older pages do not say has its default."""
    products = (Product(*row) for row in _rows(pages))
    return {product.product_id: product for product in products}


def unpack_stock(pages: Iterable[bytes]) -> dict[str, Stocked]:
    """Return what all pages of the shop's table say of each product, by its id."""
    stocked = (Stocked(*row) for row in _rows(pages))
    return {each.product_id: each for each in stocked}


def _rows(pages: Iterable[bytes]) -> Iterator[list[Any]]:
    return (row for page in pages for row in json.loads(zlib.decompress(page)))


def _pages(rows: Sequence[_Row]) -> Iterator[bytes]:
    short = [row._replace(name=row.name[:MAX_NAME_CHARACTERS]) for row in rows]
    text = json.dumps(short, ensure_ascii=False, separators=(",", ":"))
    page = zlib.compress(text.encode(), 9)
    if len(page) <= MAX_PAGE_BYTES or len(rows) == 1:
        yield page
        return
    middle = len(rows) // 2
    yield from _pages(rows[:middle])
    yield from _pages(rows[middle:])
