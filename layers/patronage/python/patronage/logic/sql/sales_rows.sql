-- The shop's money by day and country. Reads `sales_places`, `sales_sums`.
SELECT
    sales_places.day,
    sales_places.country,
    sales_sums.net_minor
FROM sales_sums
INNER JOIN sales_places ON sales_sums.place = sales_places.place
