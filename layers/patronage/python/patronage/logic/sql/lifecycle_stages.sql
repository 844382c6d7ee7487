-- Size and money of each stage. Reads `lifecycle`.
SELECT
    lifecycle_id,
    COUNT(*) AS customers,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM lifecycle
GROUP BY lifecycle_id
ORDER BY lifecycle_id
