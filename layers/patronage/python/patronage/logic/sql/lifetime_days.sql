-- Each buyer's net money by day, and whether the day is a purchase occasion. Reads `orders` up to as_of and `buyers`.
SELECT
    buyers.idx,
    shop_day(orders.ordered_at) AS day,
    MAX(CASE WHEN orders.kind = 'sale' AND orders.net_minor > 0 THEN 1 ELSE 0 END) AS occasion,
    SUM(orders.net_minor) AS net_minor
FROM orders
INNER JOIN buyers ON orders.customer_id = buyers.customer_id
GROUP BY buyers.idx, shop_day(orders.ordered_at)
