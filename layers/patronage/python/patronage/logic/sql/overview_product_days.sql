-- Net money of each product by day; fees are none. Reads `orders` up to as_of.
SELECT product_id AS value, shop_day(ordered_at) AS day, CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM orders
WHERE kind <> 'fee'
GROUP BY product_id, shop_day(ordered_at)
