-- Net money of each category by day; of products without one there is no row. Reads `product_days`, `products`.
SELECT categories.category AS value, product_days.day, CAST(SUM(product_days.net_minor) AS BIGINT) AS net_minor
FROM product_days
INNER JOIN (
    SELECT product_id, MIN(category) AS category
    FROM products
    WHERE category IS NOT NULL
    GROUP BY product_id
) AS categories ON product_days.value = categories.product_id
GROUP BY categories.category, product_days.day
