-- Customers with a timeline, their entries, and how many customers have more than is kept. Reads `timelines`.
SELECT
    COUNT(*) AS customers,
    CAST(COALESCE(SUM(entries), 0) AS BIGINT) AS entries,
    COUNT(CASE WHEN entries > kept THEN 1 END) AS cut
FROM (
    SELECT customer_id, MAX(entries) AS entries, COUNT(*) AS kept
    FROM timelines
    GROUP BY customer_id
) AS counted
