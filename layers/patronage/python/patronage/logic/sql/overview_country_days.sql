-- Net money of each country by day; of orders that do not say theirs there is no row. Reads `sales_orders`.
SELECT country AS value, day, CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM sales_orders
WHERE country IS NOT NULL
GROUP BY country, day
