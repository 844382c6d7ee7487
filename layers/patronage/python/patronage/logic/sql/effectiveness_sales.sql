-- What was bought, one row a product of an order: its lines together, less what came back of it since.
-- Reads `orders` up to as_of. An order that stands exactly at midnight is of a source that knows days only: it counts as
-- placed at the end of that day.
WITH sold AS (
    SELECT
        order_id,
        product_id,
        MIN(customer_id) AS customer_id,
        MIN(ordered_at) AS ordered_at,
        CAST(SUM(net_minor) AS BIGINT) AS net_minor
    FROM orders
    WHERE kind = 'sale' AND net_minor > 0
    GROUP BY order_id, product_id
),

returned AS (
    SELECT COALESCE(refers_to, order_id) AS order_id, product_id, CAST(SUM(net_minor) AS BIGINT) AS net_minor
    FROM orders
    WHERE kind IN ('refund', 'cancellation')
    GROUP BY COALESCE(refers_to, order_id), product_id
)

SELECT
    ROW_NUMBER() OVER (ORDER BY sold.ordered_at, sold.order_id, sold.product_id) AS sale,
    sold.order_id,
    sold.product_id,
    sold.customer_id,
    sold.ordered_at,
    shop_day(sold.ordered_at) AS day,
    CASE
        WHEN sold.ordered_at = CAST(shop_day(sold.ordered_at) AS TIMESTAMPTZ) THEN sold.ordered_at + INTERVAL 1 DAY
        ELSE sold.ordered_at
    END AS placed_at,
    sold.net_minor + COALESCE(returned.net_minor, 0) AS net_minor
FROM sold
LEFT JOIN returned ON sold.order_id = returned.order_id AND sold.product_id = returned.product_id
