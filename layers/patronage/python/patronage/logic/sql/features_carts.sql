-- How many of the visits of the last 90 shop days in which something was put into the cart ended without a purchase:
-- the visit has no purchase event, and no order was booked on its days. Reads `event_history` (ask, visit, event_type,
-- day, age_days), `order_history` (ask, day, is_purchase). A visit counts on the day of its newest event.
WITH carts AS (
    SELECT
        ask,
        visit,
        MIN(day) AS first_day,
        MAX(day) AS last_day,
        BOOL_OR(event_type = 'purchase') AS has_purchase
    FROM event_history
    GROUP BY ask, visit
    HAVING BOOL_OR(event_type = 'cart_add') AND MIN(age_days) < 90
),

purchase_days AS (
    SELECT DISTINCT ask, day
    FROM order_history
    WHERE is_purchase AND ask IN (SELECT ask FROM carts)
),

ended AS (
    SELECT carts.ask, carts.visit, BOOL_OR(carts.has_purchase OR purchase_days.day IS NOT NULL) AS is_bought
    FROM carts
    LEFT JOIN purchase_days
        ON carts.ask = purchase_days.ask AND purchase_days.day BETWEEN carts.first_day AND carts.last_day
    GROUP BY carts.ask, carts.visit
)

SELECT
    ask,
    CAST(SUM(CASE WHEN is_bought THEN 0 ELSE 1 END) AS DOUBLE) / COUNT(*) AS cart_abandonment_90d
FROM ended
GROUP BY ask
