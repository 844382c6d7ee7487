"""What customers can be sliced by: country and channel of the first purchase, and what the shop says."""

from __future__ import annotations

from difflib import get_close_matches

from patronage.errors import BadInput

FIRST_PURCHASE = ("country", "channel")
"""Slices by what the order line of a customer's first purchase says."""

CUSTOMER = (
    "gender",
    "age",
    "language",
    "region",
    "city",
    "home_country",
    "acquired_by",
    "accepts_marketing",
    "registered_month",
)
"""Slices by what the table `customers` says; home_country and acquired_by are its country and channel."""

SLICES = FIRST_PURCHASE + CUSTOMER
MOST_SLICES = 10
"""So many values have a slice of their own; the others share one, and so do customers without a value."""

UNKNOWN = -1


def checked_slice(by: str) -> str:
    """Return the name of a slice.

    Raises
    ------
    BadInput
        There is none of that name.
    """
    if by not in SLICES:
        near = get_close_matches(by, SLICES, n=1) or SLICES
        raise BadInput(f"by = {by!r} is nothing that customers can be sliced by; near it: {', '.join(near)}")
    return by


def slice_label(number: int, values: dict[int, str]) -> dict[str, str | bool | None]:
    """Describe a slice: its value, null where it is not known or where several values share the slice."""
    return {"value": values.get(number), "is_rest": number == MOST_SLICES}
