-- Money of each fee. Reads `sales_product_months`.
SELECT
    product_id AS fee,
    CAST(SUM(line_count) AS BIGINT) AS line_count,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM sales_product_months
WHERE is_fee
GROUP BY product_id
ORDER BY net_minor DESC, fee
