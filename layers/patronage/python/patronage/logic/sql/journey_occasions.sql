-- Each customer's purchase occasions (shop days with a sale that brought money), numbered from 1, with the days to the
-- next. Reads `orders` up to as_of.
SELECT
    customer_id,
    day,
    net_minor,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY day) AS number,
    DATE_DIFF('day', day, LEAD(day) OVER (PARTITION BY customer_id ORDER BY day)) AS days_to_next
FROM (
    SELECT customer_id, shop_day(ordered_at) AS day, CAST(SUM(net_minor) AS BIGINT) AS net_minor
    FROM orders
    WHERE customer_id IS NOT NULL AND kind = 'sale' AND net_minor > 0
    GROUP BY customer_id, shop_day(ordered_at)
) AS days
