-- Net money by day of the countries in which a calendar entry holds. Reads `sales_rows`, `calendar`.
SELECT country, day, CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM sales_rows
WHERE country IN (SELECT country FROM calendar)
GROUP BY country, day
