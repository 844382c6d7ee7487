-- Size, money and habits of each behaviour; null is everybody without a visit. Reads `customer_behaviour`.
SELECT
    behaviour_id,
    COUNT(*) AS customers,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    CAST(SUM(sessions) AS BIGINT) AS sessions,
    CAST(SUM(views) AS DOUBLE) / NULLIF(SUM(sessions), 0) AS browse_depth
FROM customer_behaviour
GROUP BY behaviour_id
ORDER BY behaviour_id
