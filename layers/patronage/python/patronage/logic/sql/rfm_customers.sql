-- Recency, frequency and net money of each customer. Reads `rfm_occasions` (customer_id, day, is_purchase,
-- net_minor); $today is the shop's day of as_of. A customer without a purchase has no recency.
SELECT
    customer_id,
    DATE_DIFF('day', MAX(day) FILTER (WHERE is_purchase), CAST($today AS DATE)) AS recency_days,
    CAST(COUNT(*) FILTER (WHERE is_purchase) AS INTEGER) AS frequency,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM rfm_occasions
GROUP BY customer_id
