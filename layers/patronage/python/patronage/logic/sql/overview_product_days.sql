-- Net money by day of the products that `overview_kept` keeps: those of all are too many to add up by day.
-- Reads `orders` up to as_of and `product_sums`.
WITH ranked AS (
    SELECT
        value,
        ROW_NUMBER() OVER (ORDER BY net_minor DESC, value) AS by_net,
        ROW_NUMBER() OVER (ORDER BY recent_minor DESC, value) AS by_recent,
        ROW_NUMBER() OVER (ORDER BY ABS(recent_minor - before_minor) DESC, value) AS by_change
    FROM product_sums
),

kept AS (
    SELECT value
    FROM ranked
    WHERE by_net <= $most OR by_recent <= $most OR by_change <= $most
)

SELECT kept.value, shop_day(orders.ordered_at) AS day, CAST(SUM(orders.net_minor) AS BIGINT) AS net_minor
FROM orders
INNER JOIN kept ON orders.product_id = kept.value
WHERE orders.kind <> 'fee'
GROUP BY kept.value, shop_day(orders.ordered_at)
