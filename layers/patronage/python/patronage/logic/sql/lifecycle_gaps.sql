-- The purchase days of each customer, and the gap before each as log days in units of 1/$log_unit (null before the
-- first). Reads `orders` up to as_of.
WITH days AS (
    SELECT DISTINCT customer_id, shop_day(ordered_at) AS day
    FROM orders
    WHERE customer_id IS NOT NULL AND kind = 'sale' AND net_minor > 0
),

gaps AS (
    SELECT
        customer_id,
        day,
        DATE_DIFF('day', LAG(day) OVER (PARTITION BY customer_id ORDER BY day), day) AS gap_days
    FROM days
)

SELECT
    customer_id,
    day,
    gap_days,
    CAST(ROUND(LN(gap_days) * CAST($log_unit AS INTEGER)) AS BIGINT) AS log_gap
FROM gaps
