-- Each sale that brought money, by the number of its customer. Reads `orders` up to as_of, `buyers` and `products`.
SELECT
    CAST(buyers.idx AS INTEGER) AS idx,
    shop_day(orders.ordered_at) AS day,
    orders.ordered_at,
    orders.product_id,
    orders.channel,
    products.category
FROM orders
INNER JOIN buyers ON orders.customer_id = buyers.customer_id
LEFT JOIN products ON orders.product_id = products.product_id
WHERE orders.kind = 'sale' AND orders.net_minor > 0
