-- The lines of an upload that give money back. Reads `own_rows`. `sold_in` is the order that sold what they take
-- back, as far as they say so: the one that they refer to, else their own.
SELECT
    order_id,
    COALESCE(refers_to, order_id) AS sold_in,
    customer_id,
    product_id,
    ordered_at,
    net_minor,
    refers_to IS NULL AND customer_id IS NOT NULL AS may_be_of_any_order
FROM own_rows
WHERE kind IN ('cancellation', 'refund')
