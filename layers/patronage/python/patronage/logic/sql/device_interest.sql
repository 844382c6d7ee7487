-- The 100 products that the most visits of each device asked for, put into the basket or bought.
-- Reads `events`, `indexed_products`.
WITH counted AS (
    SELECT
        events.device,
        indexed_products.idx AS product,
        COUNT(DISTINCT COALESCE(events.session_id, events.customer_id, events.event_id)) AS visits
    FROM events
    INNER JOIN indexed_products ON events.product_id = indexed_products.product_id
    WHERE
        events.device IS NOT NULL
        AND events.event_type IN ('view', 'cart_add', 'purchase')
        AND indexed_products.is_active
    GROUP BY events.device, indexed_products.idx
),

ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY device ORDER BY visits DESC, product) AS place
    FROM counted
)

SELECT device, product, visits
FROM ranked
WHERE place <= 100
ORDER BY device, place
