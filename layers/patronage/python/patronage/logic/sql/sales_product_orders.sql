-- Orders of the $most products with the most money by month. An order counts in the month of its first sale of the product,
-- so that months add up to the whole time. Reads `sales_products`, `orders`.
WITH ranked AS (
    SELECT product_id, ROW_NUMBER() OVER (ORDER BY net_minor DESC, product_id) AS place
    FROM sales_products
),

firsts AS (
    SELECT orders.product_id, orders.order_id, MIN(orders.ordered_at) AS ordered_at
    FROM orders
    INNER JOIN ranked ON orders.product_id = ranked.product_id
    WHERE ranked.place <= $most AND orders.kind = 'sale' AND orders.net_minor > 0
    GROUP BY orders.product_id, orders.order_id
)

SELECT
    product_id,
    CAST(CAST(DATE_TRUNC('month', shop_day(ordered_at)) AS DATE) AS VARCHAR) AS begins,
    COUNT(*) AS orders
FROM firsts
GROUP BY product_id, CAST(CAST(DATE_TRUNC('month', shop_day(ordered_at)) AS DATE) AS VARCHAR)
