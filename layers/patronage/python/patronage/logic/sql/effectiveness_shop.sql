-- All that the shop sold from $since on, and how much of it counts for recommendations. Reads `sales`, `clicked`, `buyers`.
SELECT
    COUNT(DISTINCT sales.order_id) AS orders,
    CAST(COALESCE(SUM(sales.net_minor), 0) AS BIGINT) AS revenue_minor,
    COUNT(DISTINCT CASE WHEN clicked.outcome IS NOT NULL THEN sales.order_id END) AS attributed_orders,
    COUNT(DISTINCT CASE WHEN known.order_id IS NULL THEN sales.order_id END) AS orders_of_nobody
FROM sales
LEFT JOIN clicked ON clicked.kind = 'purchase' AND sales.sale = clicked.outcome
LEFT JOIN (SELECT DISTINCT order_id FROM buyers) AS known ON sales.order_id = known.order_id
WHERE sales.ordered_at >= CAST($since AS TIMESTAMPTZ)
