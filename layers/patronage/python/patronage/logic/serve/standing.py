"""What the rules say of the products of a shelf, worked out once for all answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from patronage.logic.serve.filters import is_below

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from patronage.logic.serve.filters import Filters
    from patronage.logic.serve.rules import Rules, Selection
    from patronage.logic.serve.shelf import Listed


class Standing(NamedTuple):
    """The rules, and the products that they speak of.

    Parameters
    ----------
    shown : mapping of str to Listed
        The products that may ever be shown: those the shop sells and no rule forbids.
    factors : mapping of str to float
        What a product's rank is multiplied with, the greatest of its boosts; a buried one has none.
    buried : set of str
        Products that stand behind all others.
    consumable : set of str
        Products that may be recommended to who bought them.
    """

    rules: Rules
    shown: Mapping[str, Listed]
    factors: Mapping[str, float]
    buried: frozenset[str]
    consumable: frozenset[str]

    @classmethod
    def of(cls, rules: Rules, products: Mapping[str, Listed]) -> Standing:
        """Work out what the rules say of products."""
        never = _chosen(rules.never, products)
        shown = {
            product_id: product
            for product_id, product in products.items()
            if product.is_active and product_id not in never
        }
        buried = _chosen(rules.bury, shown)
        factors: dict[str, float] = {}
        for boost in rules.boosts:
            for product_id in _chosen(boost.selection, shown) - buried:
                factors[product_id] = max(boost.factor, factors.get(product_id, boost.factor))
        return cls(rules, shown, factors, buried, _chosen(rules.consumable, shown))

    def eligible(self, filters: Filters, hidden: Collection[str]) -> Callable[[str], bool]:
        """Return what says of a product's id whether it may stand in an answer.

        Parameters
        ----------
        hidden : collection of str
            Products that must not come, beside those that filters and rules leave out.
        """
        shown, admits = self.shown, filters.admits

        def is_eligible(product_id: str) -> bool:
            product = shown.get(product_id)
            return product is not None and product_id not in hidden and admits(product)

        return is_eligible


def _chosen(selection: Selection, products: Mapping[str, Listed]) -> frozenset[str]:
    if not selection.categories:
        return selection.product_ids
    below = (
        product_id
        for product_id, product in products.items()
        if any(is_below(product.category, category) for category in selection.categories)
    )
    return selection.product_ids.union(below)
