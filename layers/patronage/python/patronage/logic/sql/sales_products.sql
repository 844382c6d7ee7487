-- Money, pieces and lines of sales of each product; fees are none. Reads `orders` up to as_of.
SELECT
    product_id,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    CAST(SUM(CASE WHEN kind = 'sale' THEN net_minor ELSE 0 END) AS BIGINT) AS sale_minor,
    CAST(SUM(CASE WHEN kind = 'cancellation' THEN net_minor ELSE 0 END) AS BIGINT) AS cancellation_minor,
    CAST(SUM(CASE WHEN kind = 'refund' THEN net_minor ELSE 0 END) AS BIGINT) AS refund_minor,
    CAST(SUM(CASE WHEN kind = 'sale' AND net_minor > 0 THEN quantity ELSE 0 END) AS DOUBLE) AS items,
    CAST(SUM(CASE WHEN kind IN ('cancellation', 'refund') THEN -quantity ELSE 0 END) AS DOUBLE) AS returned_items,
    COUNT(CASE WHEN kind = 'sale' AND net_minor > 0 THEN 1 END) AS sale_lines
FROM orders
WHERE kind <> 'fee'
GROUP BY product_id
