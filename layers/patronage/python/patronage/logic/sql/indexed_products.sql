-- Products that were sold or stand in the catalogue, numbered from 0 in the order of their ids, with the name of
-- the catalogue, else that of the newest sale (the smallest text where two are equally new), and the newest
-- price that was paid, else the catalogue's; and since when there is the product: the day of its release, else of its
-- first sale. Reads `orders`, `products`.
WITH sold AS (
    SELECT
        product_id,
        MAX(ordered_at) AS last_sold_at,
        COUNT(DISTINCT customer_id) AS buyers,
        MIN(shop_day(ordered_at)) AS first_day
    FROM orders
    WHERE kind = 'sale' AND net_minor > 0
    GROUP BY product_id
),

newest AS (
    SELECT
        orders.product_id,
        orders.description,
        to_minor(orders.unit_price) AS price_minor,
        ROW_NUMBER() OVER (
            PARTITION BY orders.product_id
            ORDER BY orders.description NULLS LAST, orders.unit_price, orders.order_id, orders.line
        ) AS place
    FROM orders
    INNER JOIN sold ON orders.product_id = sold.product_id AND orders.ordered_at = sold.last_sold_at
    WHERE orders.kind = 'sale' AND orders.net_minor > 0
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
    COALESCE(listed.title, newest.description, sold.product_id, listed.product_id) AS name,
    COALESCE(newest.price_minor, listed.price_minor, 0) AS price_minor,
    COALESCE(sold.buyers, 0) AS buyers,
    listed.category,
    COALESCE(listed.released_day, sold.first_day) AS since,
    COALESCE(listed.is_active, TRUE) AS is_active
FROM sold
LEFT JOIN newest ON sold.product_id = newest.product_id AND newest.place = 1
FULL OUTER JOIN listed ON sold.product_id = listed.product_id
WHERE sold.product_id IS NOT NULL OR listed.is_active
ORDER BY idx
