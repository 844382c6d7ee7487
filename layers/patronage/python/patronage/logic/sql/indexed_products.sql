-- Products that were sold or stand in the catalogue, numbered from 0 in the order of their ids, with the name of
-- the catalogue, else that of the newest sale (the smallest text where two are equally new), and the newest
-- price that was paid, else the catalogue's; and since when there is the product: the day of its release, else of its
-- first sale. Reads `orders`, `products`.
WITH sales AS (
    SELECT
        product_id,
        description,
        to_minor(unit_price) AS price_minor,
        customer_id,
        shop_day(ordered_at) AS day,
        ROW_NUMBER() OVER (
            PARTITION BY product_id
            ORDER BY ordered_at DESC, description NULLS LAST, unit_price, order_id, line
        ) AS newest
    FROM orders
    WHERE kind = 'sale' AND net_minor > 0
),

sold AS (
    SELECT
        product_id,
        MAX(CASE WHEN newest = 1 THEN description END) AS description,
        MAX(CASE WHEN newest = 1 THEN price_minor END) AS price_minor,
        COUNT(DISTINCT customer_id) AS buyers,
        MIN(day) AS first_day
    FROM sales
    GROUP BY product_id
),

listed AS (
    SELECT
        product_id,
        title,
        category,
        to_minor(price) AS price_minor,
        shop_day(released_at) AS released_day,
        COALESCE(is_active, TRUE) AS is_active
    FROM products
)

SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY COALESCE(sold.product_id, listed.product_id)) - 1 AS INTEGER) AS idx,
    COALESCE(sold.product_id, listed.product_id) AS product_id,
    COALESCE(listed.title, sold.description, sold.product_id, listed.product_id) AS name,
    COALESCE(sold.price_minor, listed.price_minor, 0) AS price_minor,
    COALESCE(sold.buyers, 0) AS buyers,
    listed.category,
    COALESCE(listed.released_day, sold.first_day) AS since,
    COALESCE(listed.is_active, TRUE) AS is_active
FROM sold
FULL OUTER JOIN listed ON sold.product_id = listed.product_id
WHERE sold.product_id IS NOT NULL OR listed.is_active
ORDER BY idx
