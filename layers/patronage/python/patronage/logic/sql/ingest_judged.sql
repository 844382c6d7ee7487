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
        WHEN ABS(CAST(quantity AS DOUBLE) * CAST(unit_price AS DOUBLE)) > 1e13 THEN 'amount-too-large'
        WHEN discount > ABS(CAST(quantity AS DOUBLE) * CAST(unit_price AS DOUBLE)) THEN 'discount-above-amount'
        WHEN ordered_at_text IS NULL THEN 'ordered-at-missing'
        WHEN ordered_at IS NULL OR ordered_at < CAST('1900-01-01' AS TIMESTAMPTZ) THEN 'ordered-at-not-a-time'
        WHEN ordered_at > $latest THEN 'ordered-at-in-the-future'
        WHEN updated_at_text IS NOT NULL AND updated_at IS NULL THEN 'updated-at-not-a-time'
        WHEN updated_at > $latest OR updated_at < CAST('1900-01-01' AS TIMESTAMPTZ) THEN 'updated-at-out-of-range'
        WHEN currency <> $currency THEN 'currency-without-a-rate'
        WHEN kind_text IS NOT NULL AND kind_text NOT IN ('sale', 'cancellation', 'refund', 'fee') THEN 'kind-unknown'
        WHEN kind_text = 'sale' AND quantity < 0 THEN 'kind-and-quantity-disagree'
        WHEN kind_text IN ('cancellation', 'refund') AND quantity > 0 THEN 'kind-and-quantity-disagree'
        WHEN quantity < 0 AND unit_price = 0 AND NOT is_cancelled THEN 'stock-movement'
    END AS rule
FROM typed
