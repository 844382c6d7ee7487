"""What a shop knows of products and customers, as tags ``kind=value``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Row = Mapping[str, Any]

LEVELS = " > "
"""Stands between the levels of a category's path."""
_OURS = {"category", "brand", "country", "segment", "gender", "age"}
"""Kinds that mean something here; an attribute of such a name is told apart."""


def side_of(products: Iterable[Row], customers: Iterable[Row]) -> dict[str, Any]:
    """Return what is known beside interactions: each product's text and tags, each customer's tags."""
    known = list(products)
    return {
        "texts": [row["text"] for row in known],
        "product_tags": [product_tags(row) for row in known],
        "customer_tags": [customer_tags(row) for row in customers],
    }


def product_tags(row: Row) -> list[str]:
    """Tag a product of the catalogue with each level of its category, its brand and its attributes.

    Examples
    --------
    >>> product_tags({"category": "Tea > Green", "brand": "Acme", "attributes": '{"size": "L"}'})
    ['category=Tea', 'category=Tea > Green', 'brand=Acme', 'size=L']
    """
    tags = [f"category={path}" for path in _category_paths(row["category"])]
    tags += [f"brand={row['brand']}"] if row["brand"] else []
    return tags + list(_attributes(row["attributes"]))


def category_path(category: str | None) -> str:
    """Write a category as the deepest of its tags does; empty for none.

    Examples
    --------
    >>> category_path("Tea  >  Green > ")
    'Tea > Green'
    """
    return next(reversed(_category_paths(category)), "")


def customer_tags(row: Row) -> list[str]:
    """Tag a customer with what the row says: each column but the numbers and ids, and the attributes."""
    named = (name for name in ("country", "segment", "gender", "age") if row.get(name))
    return [f"{name}={row[name]}" for name in named] + list(_attributes(row.get("attributes")))


def _category_paths(category: str | None) -> list[str]:
    levels = [level.strip() for level in (category or "").split(LEVELS)]
    return [LEVELS.join(levels[: depth + 1]) for depth in range(len(levels)) if levels[depth]]


def _attributes(text: str | None) -> Iterator[str]:
    """Give the plain values of a JSON object, and each plain value of a list in it, as tags."""
    try:
        values = json.loads(text) if text else {}
    except ValueError:
        return
    for name, value in values.items() if isinstance(values, dict) else ():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str | int | float) and str(each).strip():
                yield f"{f'attribute {name}' if name in _OURS else name}={each}"
