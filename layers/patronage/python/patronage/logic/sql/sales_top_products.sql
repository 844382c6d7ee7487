-- The $most products with the most money, with their orders and buyers (counted for these alone: of all products it costs
-- more than everything else here), and the name that `products` gives, else that of their newest sale (the least text
-- where two are equally new). Reads `sales_products`, `products`, `orders`.
WITH ranked AS (
    SELECT *, ROW_NUMBER() OVER (ORDER BY net_minor DESC, product_id) AS place
    FROM sales_products
),

top AS (SELECT * FROM ranked WHERE place <= $most),

titles AS (
    SELECT product_id, MIN(title) AS title, MIN(category) AS category
    FROM products
    GROUP BY product_id
),

sold AS (
    SELECT
        orders.product_id,
        orders.order_id,
        orders.customer_id,
        orders.description,
        ROW_NUMBER() OVER (
            PARTITION BY orders.product_id
            ORDER BY
                CASE WHEN orders.description IS NULL THEN 1 ELSE 0 END, orders.ordered_at DESC, orders.description
        ) AS newest
    FROM orders
    INNER JOIN top ON orders.product_id = top.product_id
    WHERE orders.kind = 'sale' AND orders.net_minor > 0
),

described AS (
    SELECT
        product_id,
        COUNT(DISTINCT order_id) AS orders,
        COUNT(DISTINCT customer_id) AS customers,
        MAX(CASE WHEN newest = 1 THEN description END) AS description
    FROM sold
    GROUP BY product_id
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
    COALESCE(described.orders, 0) AS orders,
    COALESCE(described.customers, 0) AS customers,
    COALESCE(titles.title, described.description, top.product_id) AS name,
    titles.category
FROM top
LEFT JOIN titles ON top.product_id = titles.product_id
LEFT JOIN described ON top.product_id = described.product_id
ORDER BY top.place
