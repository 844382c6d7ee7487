-- Net money of each country by day; of orders that do not say theirs there is no row. Reads `sales_rows`.
SELECT country AS value, day, CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM sales_rows
WHERE country IS NOT NULL
GROUP BY country, day
