-- The country of each numbered customer, as the shop has it, else of their newest order that names one; and
-- their segment. Reads `indexed_customers`, `customers`, `orders`, `live_segments` (customer_id, segment).
WITH last_placed AS (
    SELECT customer_id, MAX(ordered_at) AS ordered_at
    FROM orders
    WHERE customer_id IS NOT NULL AND country IS NOT NULL
    GROUP BY customer_id
),

placed AS (
    SELECT
        orders.customer_id,
        orders.country,
        ROW_NUMBER() OVER (PARTITION BY orders.customer_id ORDER BY orders.order_id, orders.line) AS newest
    FROM orders
    INNER JOIN last_placed
        ON orders.customer_id = last_placed.customer_id AND orders.ordered_at = last_placed.ordered_at
    WHERE orders.country IS NOT NULL
)

SELECT
    indexed_customers.idx,
    COALESCE(customers.country, placed.country) AS country,
    live_segments.segment
FROM indexed_customers
LEFT JOIN customers ON indexed_customers.customer_id = customers.customer_id
LEFT JOIN placed ON indexed_customers.customer_id = placed.customer_id AND placed.newest = 1
LEFT JOIN live_segments ON indexed_customers.customer_id = live_segments.customer_id
ORDER BY indexed_customers.idx
