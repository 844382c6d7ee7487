"""Shops of any size: the estimate's usual one, with more customers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import sqrt

from patronage.errors import BadInput
from patronage.logic.cost.estimate import SECONDS_A_MONTH
from patronage.logic.cost.volumes import Volumes
from patronage.logic.scale.measured import value

SIZES = (1_000_000, 100_000_000, 1_000_000_000)
"""The shops that docs/scale.md plans for."""
_PRODUCTS_OF_A_MILLION = 100_000


def planned(customers: int) -> Volumes:
    """Return what a shop of so many customers has and does.

    Everything grows with the customers as in the usual shop of an estimate, except the products, which grow
    with their square root: 100,000 for a million customers.

    Raises
    ------
    BadInput
        There is no customer.

    Examples
    --------
    >>> shop = planned(1_000_000)
    >>> shop.products, shop.orders, shop.lookups
    (100000, 500000, 50000000)
    """
    if customers < 1:
        raise BadInput(f"a plan for {customers} customers must be for 1 or more")
    usual = Volumes()
    grown = {
        name: round(getattr(usual, name) * customers / usual.customers)
        for name in ("orders", "order_lines", "events", "lookups")
    }
    products = round(_PRODUCTS_OF_A_MILLION * sqrt(customers / 1e6))
    return Volumes(customers=customers, products=max(1, products), **grown)


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """Requests a second at the busiest hour.

    Parameters
    ----------
    lookups, posts : float
        Answers of products, and requests that bring events.
    """

    lookups: float
    posts: float

    @property
    def requests(self) -> float:
        """Both."""
        return self.lookups + self.posts

    @classmethod
    def of(cls, volumes: Volumes) -> Traffic:
        """Return the peak of a month."""
        peak = value("peak") / SECONDS_A_MONTH
        return cls(lookups=volumes.lookups * peak, posts=volumes.events / value("events_a_request") * peak)


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What the stack is deployed with, unless somebody says otherwise; a test holds it to `infra/`.

    Parameters
    ----------
    customers_a_shard, shards_at_once, models_at_once : int
        How a run is cut, and how much of it goes on side by side.
    run_seconds, call_seconds : float
        After which a run and a call of a function are given up.
    publish_mb, publish_tmp_mb, train_mb, lookup_mb : float
        Memory and disk of functions.
    requests_a_second : float
        That each usage plan lets through.
    pointer_seconds : float
        How old the pointer in a lookup's memory may be.
    puts_a_batch, updates_at_once : int
        How the serving table is written.
    driver_mb, job_seconds : float
        Of a Spark job: its driver's memory outside of Java, and its longest time.
    """

    customers_a_shard: int = 5_000
    shards_at_once: int = 10
    models_at_once: int = 4
    run_seconds: float = 6 * 3600
    call_seconds: float = 900
    publish_mb: float = 1_769
    publish_tmp_mb: float = 2_048
    train_mb: float = 3_008
    lookup_mb: float = 1_024
    requests_a_second: float = 100
    pointer_seconds: float = 60
    puts_a_batch: int = 25
    updates_at_once: int = 10
    driver_mb: float = 40 * 1_024
    job_seconds: float = 300 * 60

    def __post_init__(self) -> None:
        for each in fields(self):
            if getattr(self, each.name) <= 0:
                raise BadInput(f"{each.name} {getattr(self, each.name)} must be more than 0")

    def shards(self, customers: int) -> int:
        """Return how many shards so many customers are cut into."""
        return -(-customers // self.customers_a_shard)
