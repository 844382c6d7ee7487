-- The typed rows of a file with the first rule that each breaks; null where it breaks none.
-- Reads `typed`. $latest is the last instant at which an order may stand.
SELECT
    *,
    CASE
        WHEN order_id IS NULL THEN 'order-id-missing'
        WHEN product_id IS NULL THEN 'product-id-missing'
        WHEN quantity_text IS NULL THEN 'quantity-missing'
        WHEN quantity IS NULL THEN 'quantity-not-a-number'
        WHEN quantity = 0 THEN 'quantity-zero'
        WHEN unit_price_text IS NULL THEN 'unit-price-missing'
        WHEN unit_price IS NULL THEN 'unit-price-not-a-number'
        WHEN unit_price < 0 THEN 'unit-price-negative'
        WHEN amounts_text IS NOT NULL AND amounts_bad THEN 'amount-not-a-number'
        WHEN discount < 0 THEN 'discount-negative'
        WHEN ordered_at_text IS NULL THEN 'ordered-at-missing'
        WHEN ordered_at IS NULL THEN 'ordered-at-not-a-time'
        WHEN ordered_at > $latest THEN 'ordered-at-in-the-future'
        WHEN currency <> $currency THEN 'currency-without-a-rate'
        WHEN kind_text IS NOT NULL AND kind_text NOT IN ('sale', 'cancellation', 'refund', 'fee') THEN 'kind-unknown'
        WHEN quantity < 0 AND unit_price = 0 AND NOT is_cancelled THEN 'stock-movement'
    END AS rule
FROM typed
