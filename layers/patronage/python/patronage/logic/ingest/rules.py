"""The rules that an order line must keep: the column each looks at, and what it says to a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Why a row is refused."""

    name: str
    column: str
    sentence: str


RULES = {
    rule.name: rule
    for rule in (
        Rule("order-id-missing", "order_id", "the order id is empty; an order line must say its order"),
        Rule("product-id-missing", "product_id", "the product id is empty; name the product or the fee"),
        Rule("quantity-missing", "quantity", "the quantity is empty"),
        Rule("quantity-not-a-number", "quantity", "the quantity is no decimal number such as 3 or -1.5"),
        Rule("quantity-zero", "quantity", "a quantity of 0 moves nothing"),
        Rule("unit-price-missing", "unit_price", "the unit price is empty"),
        Rule("unit-price-not-a-number", "unit_price", "the unit price is no decimal number such as 6.95"),
        Rule(
            "unit-price-negative",
            "unit_price",
            "a negative price is an entry of the books (a bad debt, say), no order line",
        ),
        Rule("amount-not-a-number", "discount", "discount, tax or shipping is no decimal number"),
        Rule("discount-negative", "discount", "a discount is written as the positive amount taken off"),
        Rule("amount-too-large", "unit_price", "quantity times price is beyond ten million millions"),
        Rule("discount-above-amount", "discount", "the discount is more than quantity times price"),
        Rule("ordered-at-missing", "ordered_at", "the time of the order is empty"),
        Rule(
            "ordered-at-not-a-time",
            "ordered_at",
            "the time of the order has no known form, or is before 1900",
        ),
        Rule("ordered-at-in-the-future", "ordered_at", "the order stands more than a day ahead of now"),
        Rule("updated-at-not-a-time", "updated_at", "the time of the last change has no known form"),
        Rule("updated-at-out-of-range", "updated_at", "the last change lies before 1900 or in the future"),
        Rule("currency-without-a-rate", "currency", "the currency is not the shop's, and no rate is known"),
        Rule("kind-unknown", "kind", "the kind is none of sale, cancellation, refund, fee"),
        Rule(
            "kind-and-quantity-disagree",
            "kind",
            "goods that come back have a negative quantity, goods that are sold a positive one",
        ),
        Rule("stock-movement", "quantity", "a negative quantity at price 0 moves stock, not money"),
        Rule("wrong-column-count", "", "the row has more or fewer cells than the header"),
        Rule("quotes-unbalanced", "", "a quote stands inside a cell without being doubled"),
        Rule("not-readable-as-text", "", "the row cannot be read as text"),
        Rule("file-refused", "", "too large a share of the file's rows was refused, so none was kept"),
    )
}
