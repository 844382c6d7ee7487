-- The product that brought the most in each of a customer's first $depth + 1 purchases, and the first level of its
-- category. Reads `journey_occasions`, `orders`, `products`. Of products that brought the same, the smallest id counts.
SELECT
    ranked.customer_id,
    ranked.number,
    ranked.days_to_next,
    ranked.product_id,
    NULLIF(TRIM(SPLIT_PART(products.category, ' > ', 1)), '') AS category
FROM (
    SELECT
        journey_occasions.customer_id,
        journey_occasions.number,
        journey_occasions.days_to_next,
        orders.product_id,
        ROW_NUMBER() OVER (
            PARTITION BY journey_occasions.customer_id, journey_occasions.number
            ORDER BY SUM(orders.net_minor) DESC, orders.product_id
        ) AS place
    FROM journey_occasions
    INNER JOIN orders
        ON
            journey_occasions.customer_id = orders.customer_id
            AND journey_occasions.day = shop_day(orders.ordered_at)
    WHERE journey_occasions.number <= $depth + 1 AND orders.kind = 'sale' AND orders.net_minor > 0
    GROUP BY
        journey_occasions.customer_id, journey_occasions.number, journey_occasions.days_to_next, orders.product_id
) AS ranked
LEFT JOIN products ON ranked.product_id = products.product_id
WHERE ranked.place = 1
