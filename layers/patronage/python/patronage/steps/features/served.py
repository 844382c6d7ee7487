"""Answer what the features of a customer are, from the live generation."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.features.online import served_values
from patronage.steps.analytics.customers import unknown_customer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.stores.figures_reader import FiguresReader


def customer_features(
    reader: FiguresReader, customer_id: str, *, names: Sequence[str] = (), now: datetime
) -> dict[str, Any]:
    """Return the online values of a customer's features; one that is older than its time to live is null.

    Parameters
    ----------
    reader, customer_id
        The live generation, and the customer.
    names : sequence of str
        The features; by default all.
    now : datetime
        By which the age of the values is counted.

    Raises
    ------
    NotFound
        The live generation does not know the customer, or was published without features.
    BadField
        One of the names is no feature.
    """
    generation = reader.live("segments", now)
    item = reader.customer(generation.run_id, customer_id)
    if item is None:
        raise unknown_customer(customer_id, generation)
    said = reader.document(generation.run_id, "features")
    if said is None:
        raise NotFound(
            f"generation {generation.run_id} was published without features; "
            "they come with the next run: patronage segment"
        )
    as_of = datetime.fromisoformat(said["as_of"])
    values = served_values(said["names"], item.get("online"), as_of=as_of, now=now, only=names)
    return {"customer_id": customer_id, "features": values, **generation.head(now)}
