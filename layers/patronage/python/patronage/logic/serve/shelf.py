"""What every answer of a generation stands on: the products, what may be shown of them, and the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from patronage.logic.serve.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.experiments.running import Running
    from patronage.logic.serve.catalogue import Product, Stocked
    from patronage.logic.serve.packing import Candidate
    from patronage.logic.serve.pointer import Entry
    from patronage.logic.serve.rules import Rules


class Listed(NamedTuple):
    """A product as answers know it.

    Parameters
    ----------
    price_minor : int, optional
        In the minor unit of the shop's currency; None where nobody said it.
    buyers : int
        Customers who ever bought it.
    category : str
        Path, as in ``Kitchen > Mugs``; empty for none.
    in_stock : bool, optional
        None where it is unknown.
    is_active : bool
        Whether the shop sells it now.
    """

    product_id: str
    name: str
    price_minor: int | None
    buyers: int
    category: str = ""
    in_stock: bool | None = None
    is_active: bool = True


class Shelf(NamedTuple):
    """What the answers of one generation share.

    Parameters
    ----------
    entry : Entry
        The live entry of the recommendations.
    products : mapping of str to Listed
        The products by their id.
    popular : sequence of Candidate
        What is popular, best first.
    order : sequence of str
        Ids of the run's products; the place of one is the index that the run's items speak of.
    by_buyers : sequence of str
        Ids of all products, those of the most buyers first.
    standing : Standing
        What the rules say of these products.
    stock_as_of : str, optional
        When the shop last told of its products; None where it never did.
    segments : str
        The live generation of segments; "" for none.
    experiments : Running, optional
        Those that run, and who is held out of all; None for none.
    """

    entry: Entry
    products: Mapping[str, Listed]
    popular: Sequence[Candidate]
    order: Sequence[str]
    by_buyers: Sequence[str]
    standing: Standing
    stock_as_of: str | None = None
    segments: str = ""
    experiments: Running | None = None

    def under(self, rules: Rules) -> Shelf:
        """Return the same shelf under other rules."""
        return self._replace(standing=Standing.of(rules, self.products))


def make_shelf(
    entry: Entry,
    catalogue: Mapping[str, Product],
    popular: Sequence[Candidate],
    rules: Rules,
    *,
    stocked: Mapping[str, Stocked] | None = None,
    stock_as_of: str | None = None,
    segments: str = "",
) -> Shelf:
    """Lay what the shop's own table says over the products of a run.

    Parameters
    ----------
    catalogue : mapping of str to Product
        The run's products, in their order.
    stocked : mapping of str to Stocked, optional
        The shop's table. A product that stands in it alone has no buyers yet.
    """
    products = {each.product_id: Listed(*each) for each in catalogue.values()}
    for product_id, each in (stocked or {}).items():
        products[product_id] = _under(each, products.get(product_id))
    ranked = sorted(products.values(), key=lambda product: -product.buyers)
    return Shelf(
        entry,
        products,
        popular,
        list(catalogue),
        [product.product_id for product in ranked],
        Standing.of(rules, products),
        stock_as_of,
        segments,
    )


def _under(stocked: Stocked, known: Listed | None) -> Listed:
    """Return a product as the shop describes it, with what a run knows where the shop says nothing."""
    name = stocked.name or (known.name if known else stocked.product_id)
    price = known.price_minor if known and stocked.price_minor is None else stocked.price_minor
    category = stocked.category or (known.category if known else "")
    in_stock = None if stocked.stock is None else stocked.stock > 0
    buyers = known.buyers if known else 0
    return Listed(stocked.product_id, name, price, buyers, category, in_stock, stocked.is_active)
