"""How many bytes a user's item has, as DynamoDB counts: the names and the values of its attributes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from benchmarks.serve_cloud import served
from patronage.logic.serve.bought import pack_bought
from patronage.logic.serve.keys import item_key
from patronage.logic.serve.packing import Candidate, pack

WRITE_UNIT = 1024
_SAMPLE = 2_000
_PRODUCTS = 100_000
_RUN = "training-2026-11-28T03-30-00Z"


@cache
def demo_items() -> list[int]:
    """Return the bytes of each user's item of the demo's shop."""
    shop = served()
    client = shop.client()
    sizes = []
    for start in range(0, len(shop.users), 100):
        keys = [
            {"pk": {"S": item_key("user", shop.generation, user)}} for user in shop.users[start : start + 100]
        ]
        found = client.batch_get_item(RequestItems={shop.table: {"Keys": keys}})
        sizes += [_bytes(item) for item in found["Responses"][shop.table]]
    return sizes


@cache
def million_items() -> list[int]:
    """Return the bytes of a sample of items of a shop with a million users and 100,000 products.

    Products are drawn by popularity (Zipf, exponent 1), ids are six digits and a letter, a user has bought 30
    products, and each of 50 candidates is explained by one of 20 of them.
    """
    random = np.random.default_rng(7)
    weights = 1 / np.arange(1, _PRODUCTS + 1)
    chances = weights / weights.sum()
    sizes = []
    for user in range(_SAMPLE):
        ids = random.choice(_PRODUCTS, 80, replace=False, p=chances)
        scores = np.sort(random.gamma(2.0, 1.0, 50))[::-1]
        candidates = [
            Candidate(
                f"{100_000 + ids[place]}A",
                float(scores[place]),
                f"{100_000 + ids[50 + random.integers(20)]}A",
                float(random.uniform(0.02, 0.6)),
                1,
            )
            for place in range(50)
        ]
        bought = sorted(int(each) for each in ids[50:])
        sizes.append(
            sum(
                (
                    len("pk") + len(item_key("user", _RUN, f"customer-{user:07d}")),
                    len("packed") + len(pack(candidates)),
                    len("bought") + len(pack_bought(bought)),
                )
            )
        )
    return sizes


def _bytes(item: dict[str, Any]) -> int:
    total = 0
    for name, value in item.items():
        ((kind, content),) = value.items()
        total += len(name.encode()) + (len(content) if kind == "B" else len(str(content).encode()))
    return total
