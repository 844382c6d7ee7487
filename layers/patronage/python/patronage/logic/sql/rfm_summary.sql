-- Size and money of each segment. Reads `customer_segments`.
SELECT
    segment_id,
    COUNT(*) AS customers,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    AVG(recency_days) AS mean_recency_days,
    AVG(frequency) AS mean_frequency
FROM customer_segments
GROUP BY segment_id
ORDER BY net_minor DESC, segment_id
