-- What each customer did on each shop day: the net money, and whether it was a purchase occasion. One slice for all.
-- Reads `orders` up to as_of.
SELECT
    customer_id,
    shop_day(ordered_at) AS day,
    0 AS slice,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    BOOL_OR(kind = 'sale' AND net_minor > 0) AS is_purchase
FROM orders
WHERE customer_id IS NOT NULL
GROUP BY customer_id, shop_day(ordered_at)
