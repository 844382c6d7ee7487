-- When a customer buys, and for how much, counted by shop day. Reads `order_history` (ask, day, age_days, is_purchase,
-- net_minor). A day of refunds alone counts for the money, and is no occasion.
WITH days AS (
    SELECT
        ask,
        day,
        MIN(age_days) AS age_days,
        BOOL_OR(is_purchase) AS is_purchase,
        CAST(SUM(net_minor) AS BIGINT) AS net_minor
    FROM order_history
    GROUP BY ask, day
),

totals AS (
    SELECT
        ask,
        MIN(CASE WHEN is_purchase THEN age_days END) AS recency_days,
        MAX(CASE WHEN is_purchase THEN age_days END) AS tenure_days,
        SUM(CASE WHEN is_purchase THEN 1 ELSE 0 END) AS occasions,
        SUM(CASE WHEN is_purchase AND DATE_DIFF('day', DATE '1900-01-01', day) % 7 >= 5 THEN 1 ELSE 0 END) AS weekends,
        SUM(net_minor) AS net_minor,
        SUM(CASE WHEN age_days < 30 THEN net_minor ELSE 0 END) AS net_minor_30d,
        SUM(CASE WHEN age_days < 90 THEN net_minor ELSE 0 END) AS net_minor_90d,
        SUM(CASE WHEN age_days < 365 THEN net_minor ELSE 0 END) AS net_minor_365d
    FROM days
    GROUP BY ask
)

SELECT
    ask,
    recency_days,
    tenure_days,
    occasions,
    net_minor,
    net_minor_30d,
    net_minor_90d,
    net_minor_365d,
    CAST(net_minor AS DOUBLE) / NULLIF(occasions, 0) AS net_per_occasion_minor,
    CASE WHEN occasions > 1 THEN CAST(tenure_days - recency_days AS DOUBLE) / (occasions - 1) END
        AS days_between_occasions,
    CAST(weekends AS DOUBLE) / NULLIF(occasions, 0) AS weekend_share
FROM totals
