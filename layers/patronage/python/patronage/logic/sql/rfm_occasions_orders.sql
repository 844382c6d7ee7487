-- Purchase occasions counted by order: one row a customer and order id, an order without a sale included.
-- Reads `orders` up to as_of.
SELECT
    customer_id,
    MAX(shop_day(ordered_at)) FILTER (WHERE kind = 'sale' AND net_minor > 0) AS day,
    BOOL_OR(kind = 'sale' AND net_minor > 0) AS is_purchase,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM orders
WHERE customer_id IS NOT NULL
GROUP BY customer_id, order_id
