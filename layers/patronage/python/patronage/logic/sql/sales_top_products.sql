-- The $most products with the most money, with the name that `products` gives, else that of their newest sale (the
-- least text where two are equally new). Reads `sales_products`, `products`, `orders`.
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

described AS (
    SELECT
        orders.product_id,
        orders.description,
        ROW_NUMBER() OVER (
            PARTITION BY orders.product_id ORDER BY orders.ordered_at DESC, orders.description
        ) AS newest
    FROM orders
    INNER JOIN top ON orders.product_id = top.product_id
    WHERE orders.kind = 'sale' AND orders.net_minor > 0 AND orders.description IS NOT NULL
)

SELECT
    top.* EXCLUDE (place),
    COALESCE(titles.title, described.description, top.product_id) AS name,
    titles.category
FROM top
LEFT JOIN titles ON top.product_id = titles.product_id
LEFT JOIN described ON top.product_id = described.product_id AND described.newest = 1
ORDER BY top.place
