-- Products that were sold, numbered from 0 in the order of their ids, with the name and the price of the
-- newest sale (the price of the smallest text where two are equally new). Reads `orders`.
WITH sales AS (
    SELECT
        product_id,
        description,
        to_minor(unit_price) AS price_minor,
        customer_id,
        ROW_NUMBER() OVER (
            PARTITION BY product_id
            ORDER BY ordered_at DESC, description NULLS LAST, unit_price, order_id, line
        ) AS newest
    FROM orders
    WHERE kind = 'sale' AND net_minor > 0
)

SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY product_id) - 1 AS INTEGER) AS idx,
    product_id,
    MAX(CASE WHEN newest = 1 THEN COALESCE(description, product_id) END) AS name,
    MAX(CASE WHEN newest = 1 THEN price_minor END) AS price_minor,
    COUNT(DISTINCT customer_id) AS buyers
FROM sales
GROUP BY product_id
ORDER BY idx
