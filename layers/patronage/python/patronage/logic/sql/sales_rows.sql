-- The same with who bought, and a row of nothing for each day from the first to $today, so that no day is missing.
-- Reads `sales_orders`. A customer is new on the day of the first purchase and returns on later days; `none` is money
-- before or without a first purchase. An order counts once, in the first of its rows that is a purchase.
WITH firsts AS (
    SELECT customer_id, MIN(day) AS first_day
    FROM sales_orders
    WHERE customer_id IS NOT NULL AND is_purchase
    GROUP BY customer_id
),

placed AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY order_id, is_purchase
            ORDER BY day, customer_id NULLS LAST, country NULLS LAST, channel NULLS LAST
        ) AS place
    FROM sales_orders
)

SELECT
    placed.customer_id,
    placed.day,
    placed.country,
    placed.channel,
    placed.line_count,
    placed.net_minor,
    placed.sale_minor,
    placed.cancellation_minor,
    placed.refund_minor,
    placed.fee_minor,
    placed.items,
    placed.returned_items,
    placed.is_purchase,
    CASE WHEN placed.is_purchase AND placed.place = 1 THEN 1 ELSE 0 END AS order_count,
    CASE
        WHEN placed.customer_id IS NULL THEN 'guest'
        WHEN placed.day = firsts.first_day THEN 'new'
        WHEN placed.day > firsts.first_day THEN 'returning'
        ELSE 'none'
    END AS buyer
FROM placed
LEFT JOIN firsts ON placed.customer_id = firsts.customer_id
UNION ALL
SELECT NULL, CAST(days.day AS DATE), NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, FALSE, 0, 'none'
FROM (
    SELECT UNNEST(GENERATE_SERIES(span.first_day, CAST($today AS DATE), INTERVAL '1' DAY)) AS day
    FROM (SELECT MIN(day) AS first_day FROM sales_orders) AS span
) AS days
