-- Who bought at which place; null is a guest. An order counts once, in the first of its rows: each row counts it, and each
-- after the first takes it back. Reads `sales_purchases`, `sales_firsts`, `slice_values`, `all_places`.
WITH repeated AS (
    SELECT order_id
    FROM sales_purchases
    GROUP BY order_id
    HAVING COUNT(*) > 1
),

numbered AS (
    SELECT
        sales_purchases.*,
        ROW_NUMBER() OVER (
            PARTITION BY sales_purchases.order_id
            ORDER BY
                sales_purchases.day,
                sales_purchases.customer_id NULLS LAST,
                sales_purchases.country NULLS LAST,
                sales_purchases.channel NULLS LAST
        ) AS number
    FROM sales_purchases
    INNER JOIN repeated ON sales_purchases.order_id = repeated.order_id
),

counted AS (
    SELECT customer_id, day, country, channel, 1 AS order_count FROM sales_purchases
    UNION ALL
    SELECT customer_id, day, country, channel, -1 AS order_count FROM numbered WHERE number > 1
)

SELECT
    all_places.place,
    sales_firsts.customer,
    counted.day = sales_firsts.first_day AS is_new,
    counted.order_count
FROM counted
LEFT JOIN sales_firsts ON counted.customer_id = sales_firsts.customer_id
LEFT JOIN slice_values ON counted.customer_id = slice_values.customer_id
INNER JOIN all_places
    ON
        counted.day = all_places.day
        AND counted.country IS NOT DISTINCT FROM all_places.country
        AND counted.channel IS NOT DISTINCT FROM all_places.channel
        AND slice_values.value IS NOT DISTINCT FROM all_places.value
