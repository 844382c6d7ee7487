"""What a feature is, and the queries that give features their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

EntityName = Literal["customer", "product"]
ENTITIES: dict[EntityName, str] = {"customer": "customer_id", "product": "product_id"}
"""What has features, and the column of its id."""

Kind = Literal["whole", "number", "text", "flag"]
KINDS: dict[Kind, str] = {"whole": "BIGINT", "number": "FLOAT", "text": "VARCHAR", "flag": "BOOLEAN"}
"""What a value can be, and its type in every table: a number has four bytes wherever it is kept."""


class FeatureQuery(NamedTuple):
    """A named query that gives several features, one row an ask.

    Parameters
    ----------
    name : str
        Of its file in `logic/sql`.
    reads : tuple of str
        The views of `patronage.logic.features.history` that it needs.
    """

    name: str
    reads: tuple[str, ...]


QUERIES = {
    query.name: query
    for query in (
        FeatureQuery("features_days", ("order_history",)),
        FeatureQuery("features_orders", ("order_history",)),
        FeatureQuery("features_baskets", ("order_history", "categorised_history")),
        FeatureQuery("features_favourites", ("categorised_history",)),
        FeatureQuery("features_profile", ("order_history", "customer_facts")),
        FeatureQuery("features_events", ("event_history",)),
        FeatureQuery("features_carts", ("order_history", "event_history")),
        FeatureQuery("features_product_sales", ("order_history",)),
        FeatureQuery("features_product_events", ("event_history",)),
        FeatureQuery("features_product_facts", ("order_history", "product_facts")),
    )
}


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One number, word or flag that is known of each customer or product at an instant.

    Parameters
    ----------
    name : str
        Of its own among those of its entity; also its column in `query`.
    entity : str
        "customer" or "product".
    kind : str
        One of `KINDS`.
    query : str
        One of `QUERIES`.
    window_days : int, optional
        So many shop days count, the day of the instant included; None for all that is known.
    owner : str
        Who answers for what it means.
    description : str
        One sentence without its full stop.
    ttl_hours : int
        An online value that is older is no answer any more.
    is_zero_if_none : bool
        Whether a known customer or product without such a row has 0; else the value is null.
    """

    name: str
    entity: EntityName
    kind: Kind
    query: str
    owner: str
    description: str
    window_days: int | None = None
    ttl_hours: int = 168
    is_zero_if_none: bool = False

    @property
    def type(self) -> str:
        """Its type in SQL."""
        return KINDS[self.kind]

    @property
    def window(self) -> str:
        """Its window in words."""
        return "lifetime" if self.window_days is None else f"{self.window_days} days"
