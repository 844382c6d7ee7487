-- What may be due to a recommendation: products that were bought, and products that were put into the basket, from $since
-- on. Reads `sales`, `buyers`, `judged_events`. A product bought has a row for each visitor who may have bought it.
SELECT 'purchase' AS kind, sales.sale AS outcome, buyers.visitor_id, sales.product_id, sales.placed_at AS happened_at
FROM sales
INNER JOIN buyers ON sales.order_id = buyers.order_id
WHERE sales.ordered_at >= CAST($since AS TIMESTAMPTZ)
UNION ALL
SELECT
    'cart',
    ROW_NUMBER() OVER (ORDER BY occurred_at, event_id),
    visitor_id,
    product_id,
    occurred_at
FROM judged_events
WHERE event_type = 'cart_add' AND product_id IS NOT NULL AND occurred_at >= CAST($since AS TIMESTAMPTZ)
