-- Each product of an order once, by order and product. Reads `orders`, `paid_orders`, `sold_products`.
SELECT DISTINCT paid_orders.order_number, sold_products.product
FROM orders
INNER JOIN paid_orders ON orders.order_id = paid_orders.order_id
INNER JOIN sold_products ON orders.product_id = sold_products.product_id
WHERE orders.kind = 'sale' AND orders.net_minor > 0
ORDER BY paid_orders.order_number, sold_products.product
