-- Customers and money by day of the first purchase and by day. Reads `customer_days`.
-- Customers who buy in a week, month or quarter are counted on the day of their first purchase in it, so that the
-- three tables are sums of this one: no customer has to be told apart from others again.
WITH dated AS (
    SELECT customer_id, day, slice, net_minor, CASE WHEN is_purchase THEN day END AS bought
    FROM customer_days
),

beside AS (
    SELECT
        slice,
        day,
        net_minor,
        bought,
        MIN(bought) OVER (
            PARTITION BY customer_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS first_day,
        MAX(bought) OVER (
            PARTITION BY customer_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS bought_before
    FROM dated
)

SELECT
    slice,
    first_day,
    day,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    COUNT(
        CASE WHEN bought_before IS NULL OR bought_before < CAST(DATE_TRUNC('week', bought) AS DATE) THEN bought END
    ) AS first_in_week,
    COUNT(
        CASE WHEN bought_before IS NULL OR bought_before < CAST(DATE_TRUNC('month', bought) AS DATE) THEN bought END
    ) AS first_in_month,
    COUNT(
        CASE WHEN bought_before IS NULL OR bought_before < CAST(DATE_TRUNC('quarter', bought) AS DATE) THEN bought END
    ) AS first_in_quarter
FROM beside
GROUP BY slice, first_day, day
