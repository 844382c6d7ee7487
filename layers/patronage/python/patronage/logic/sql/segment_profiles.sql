-- Size, money and means of each group of customers. Reads `segmented` (the columns of a run's customers.parquet,
-- and group_id).
SELECT
    group_id AS segment_id,
    COUNT(*) AS customers,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    AVG(recency_days) AS mean_recency_days,
    AVG(frequency) AS mean_frequency,
    AVG(probability_alive) AS mean_probability_alive,
    AVG(churn_probability) AS mean_churn_probability
FROM segmented
GROUP BY group_id
ORDER BY net_minor DESC, group_id
