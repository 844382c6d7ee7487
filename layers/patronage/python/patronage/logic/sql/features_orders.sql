-- A customer's orders, counted by order id. Reads `order_history` (ask, order_id, age_days, kind, is_purchase,
-- net_minor). An order counts on the day of its newest purchase line; one that only takes back is a return.
WITH each_order AS (
    SELECT
        ask,
        order_id,
        MIN(CASE WHEN is_purchase THEN age_days END) AS age_days,
        BOOL_OR(kind IN ('cancellation', 'refund')) AS takes_back,
        SUM(CASE WHEN is_purchase THEN net_minor ELSE 0 END) AS sold_minor
    FROM order_history
    GROUP BY ask, order_id
),

totals AS (
    SELECT
        ask,
        SUM(CASE WHEN age_days IS NOT NULL THEN 1 ELSE 0 END) AS orders,
        SUM(CASE WHEN age_days < 30 THEN 1 ELSE 0 END) AS orders_30d,
        SUM(CASE WHEN age_days < 90 THEN 1 ELSE 0 END) AS orders_90d,
        SUM(CASE WHEN age_days < 365 THEN 1 ELSE 0 END) AS orders_365d,
        SUM(CASE WHEN takes_back THEN 1 ELSE 0 END) AS returns,
        SUM(sold_minor) AS sold_minor
    FROM each_order
    GROUP BY ask
)

SELECT
    ask,
    orders,
    orders_30d,
    orders_90d,
    orders_365d,
    returns,
    CAST(sold_minor AS DOUBLE) / NULLIF(orders, 0) AS average_order_minor
FROM totals
