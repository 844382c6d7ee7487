-- The product that brought the most in each of a customer's first $depth + 1 purchases, and the first level of its
-- category. Reads `journey_occasions`, `orders`, `products`. Of products that brought the same, the smallest id counts.
WITH brought AS (
    SELECT
        journey_occasions.customer_id,
        journey_occasions.number,
        journey_occasions.days_to_next,
        orders.product_id,
        CAST(SUM(orders.net_minor) AS BIGINT) AS net_minor
    FROM journey_occasions
    INNER JOIN orders
        ON
            journey_occasions.customer_id = orders.customer_id
            AND journey_occasions.day = shop_day(orders.ordered_at)
    WHERE journey_occasions.number <= $depth + 1 AND orders.kind = 'sale' AND orders.net_minor > 0
    GROUP BY
        journey_occasions.customer_id, journey_occasions.number, journey_occasions.days_to_next, orders.product_id
),

mains AS (
    SELECT customer_id, number, days_to_next, ARG_MIN(product_id, (-net_minor, product_id)) AS product_id
    FROM brought
    GROUP BY customer_id, number, days_to_next
)

SELECT
    mains.customer_id,
    mains.number,
    mains.days_to_next,
    mains.product_id,
    NULLIF(TRIM(SPLIT_PART(products.category, ' > ', 1)), '') AS category
FROM mains
LEFT JOIN products ON mains.product_id = products.product_id
