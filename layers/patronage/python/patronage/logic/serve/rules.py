"""The shop's business rules: what is never shown, pinned, promoted, boosted, buried, or may be bought again.

The hot path reads them, so this stands on the standard library alone. `rules_document` checks what a person
wrote.
"""

from __future__ import annotations

from typing import NamedTuple

ITEM_KEY = "rules"
"""The item of the serving table."""
OBJECT_KEY = "settings/rules.json"
"""The object of the lake."""


class Selection(NamedTuple):
    """Products by their ids, and all products of categories and of what lies below them."""

    product_ids: frozenset[str] = frozenset()
    categories: tuple[str, ...] = ()


class Pin(NamedTuple):
    """A product that stands at a place, counted from 1, of the visits that keep all conditions.

    An empty condition is kept by each visit.
    """

    product_id: str
    position: int
    countries: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    categories: tuple[str, ...] = ()


class Slot(NamedTuple):
    """A place, counted from 1, for the first of some promoted products that may be shown."""

    position: int
    product_ids: tuple[str, ...]


class Boost(NamedTuple):
    """Products whose rank is multiplied with a factor."""

    factor: float
    selection: Selection


class Rules(NamedTuple):
    """All rules of a shop.

    Parameters
    ----------
    hide_bought : bool, optional
        Whether customers are not recommended what they bought; None for what the shop's settings say.
    consumable : Selection
        What may be recommended to who bought it.
    """

    never: Selection = Selection()
    pins: tuple[Pin, ...] = ()
    slots: tuple[Slot, ...] = ()
    boosts: tuple[Boost, ...] = ()
    bury: Selection = Selection()
    hide_bought: bool | None = None
    consumable: Selection = Selection()

    @property
    def names_segments(self) -> bool:
        """Whether a rule needs to know the customer's segment."""
        return any(pin.segments for pin in self.pins)


NO_RULES = Rules()
