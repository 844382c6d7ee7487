-- What products are called: the title that `products` gives, else the description of their newest sale (the least text
-- where two are equally new), else their id. Reads `named_products` (product_id), `products`, `orders`.
WITH titles AS (
    SELECT product_id, MIN(title) AS title
    FROM products
    GROUP BY product_id
),

-- most are in the catalogue, and where all are no order line is read
untitled AS (
    SELECT named_products.product_id
    FROM named_products
    LEFT JOIN titles ON named_products.product_id = titles.product_id
    WHERE titles.title IS NULL
),

sold AS (
    SELECT
        orders.product_id,
        orders.description,
        ROW_NUMBER() OVER (
            PARTITION BY orders.product_id
            ORDER BY orders.ordered_at DESC, orders.description
        ) AS newest
    FROM orders
    INNER JOIN untitled ON orders.product_id = untitled.product_id
    WHERE orders.kind = 'sale' AND orders.net_minor > 0 AND orders.description IS NOT NULL
)

SELECT
    named_products.product_id,
    COALESCE(titles.title, sold.description, named_products.product_id) AS name
FROM named_products
LEFT JOIN titles ON named_products.product_id = titles.product_id
LEFT JOIN sold ON named_products.product_id = sold.product_id AND sold.newest = 1
