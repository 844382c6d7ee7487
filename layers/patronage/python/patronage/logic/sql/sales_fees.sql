-- Money of each fee. Reads `orders` up to as_of.
SELECT product_id AS fee, COUNT(*) AS line_count, CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM orders
WHERE kind = 'fee'
GROUP BY product_id
ORDER BY net_minor DESC, fee
