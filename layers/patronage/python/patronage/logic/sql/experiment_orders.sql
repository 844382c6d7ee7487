-- Each order that brought money, its lines and fees together, less what came back of it since, by its possible buyers.
-- Reads `orders` up to as_of, `sales`, `buyers`.
WITH placed AS (
    SELECT order_id, MIN(placed_at) AS placed_at
    FROM sales
    GROUP BY order_id
),

summed AS (
    SELECT
        CASE WHEN kind IN ('refund', 'cancellation') THEN COALESCE(refers_to, order_id) ELSE order_id END AS order_id,
        CAST(SUM(net_minor) AS BIGINT) AS net_minor
    FROM orders
    GROUP BY CASE WHEN kind IN ('refund', 'cancellation') THEN COALESCE(refers_to, order_id) ELSE order_id END
)

SELECT placed.order_id, placed.placed_at, summed.net_minor, buyers.visitor_id
FROM placed
INNER JOIN summed ON placed.order_id = summed.order_id
INNER JOIN buyers ON placed.order_id = buyers.order_id
