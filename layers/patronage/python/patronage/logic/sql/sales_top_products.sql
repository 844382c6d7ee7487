-- The $most products with the most money, with their orders and buyers: counted for these alone, as of all products it
-- costs more than everything else here. Reads `sales_products`, `products`, `orders`.
WITH ranked AS (
    SELECT *, ROW_NUMBER() OVER (ORDER BY net_minor DESC, product_id) AS place
    FROM sales_products
),

top AS (SELECT * FROM ranked WHERE place <= $most),

categories AS (
    SELECT product_id, MIN(category) AS category
    FROM products
    GROUP BY product_id
),

sold AS (
    SELECT
        orders.product_id,
        COUNT(DISTINCT orders.order_id) AS orders,
        COUNT(DISTINCT orders.customer_id) AS customers
    FROM orders
    INNER JOIN top ON orders.product_id = top.product_id
    WHERE orders.kind = 'sale' AND orders.net_minor > 0
    GROUP BY orders.product_id
)

SELECT
    top.product_id,
    top.net_minor,
    top.sale_minor,
    top.cancellation_minor,
    top.refund_minor,
    top.items,
    top.returned_items,
    top.sale_lines,
    COALESCE(sold.orders, 0) AS orders,
    COALESCE(sold.customers, 0) AS customers,
    categories.category
FROM top
LEFT JOIN categories ON top.product_id = categories.product_id
LEFT JOIN sold ON top.product_id = sold.product_id
ORDER BY top.place
