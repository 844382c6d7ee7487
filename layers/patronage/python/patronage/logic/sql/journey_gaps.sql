-- How many customers came back after so many days, by the number of the purchase; null: not yet.
-- Reads `journey_occasions`.
SELECT number, days_to_next, COUNT(*) AS customers, CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM journey_occasions
WHERE number <= $stages
GROUP BY number, days_to_next
ORDER BY number, days_to_next NULLS LAST
