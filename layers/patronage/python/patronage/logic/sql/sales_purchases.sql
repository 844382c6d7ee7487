-- Each purchase by customer, shop day, country and channel: mostly a row an order. Reads `orders` up to as_of.
SELECT order_id, customer_id, shop_day(ordered_at) AS day, country, channel
FROM orders
WHERE kind = 'sale' AND net_minor > 0
GROUP BY order_id, customer_id, shop_day(ordered_at), country, channel
