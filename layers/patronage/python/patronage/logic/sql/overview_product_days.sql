-- Net money of each product by day. A product is what was sold: fees are none, and neither is what was only cancelled,
-- as a fee that was given back. Reads `orders` up to as_of.
SELECT product_id AS value, shop_day(ordered_at) AS day, CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM orders
WHERE kind <> 'fee' AND product_id IN (SELECT product_id FROM orders WHERE kind = 'sale')
GROUP BY product_id, shop_day(ordered_at)
