-- Net money of each category by day; of products without one there is no row. Reads `orders` up to as_of, `product_sums`
-- and `products`.
SELECT
    categories.category AS value,
    shop_day(orders.ordered_at) AS day,
    CAST(SUM(orders.net_minor) AS BIGINT) AS net_minor
FROM orders
INNER JOIN (
    SELECT products.product_id, MIN(products.category) AS category
    FROM products
    INNER JOIN product_sums ON products.product_id = product_sums.value
    WHERE products.category IS NOT NULL
    GROUP BY products.product_id
) AS categories ON orders.product_id = categories.product_id
WHERE orders.kind <> 'fee'
GROUP BY categories.category, shop_day(orders.ordered_at)
