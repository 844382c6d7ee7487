-- Money, pieces and lines of each product and of each fee by the shop's month. Reads `orders` up to as_of.
SELECT
    product_id,
    kind = 'fee' AS is_fee,
    CAST(DATE_TRUNC('month', shop_day(ordered_at)) AS DATE) AS month,
    COUNT(*) AS line_count,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    CAST(SUM(CASE WHEN kind = 'sale' THEN net_minor ELSE 0 END) AS BIGINT) AS sale_minor,
    CAST(SUM(CASE WHEN kind = 'cancellation' THEN net_minor ELSE 0 END) AS BIGINT) AS cancellation_minor,
    CAST(SUM(CASE WHEN kind = 'refund' THEN net_minor ELSE 0 END) AS BIGINT) AS refund_minor,
    SUM(CASE WHEN kind = 'sale' AND net_minor > 0 THEN quantity ELSE 0 END) AS items,
    SUM(CASE WHEN kind IN ('cancellation', 'refund') THEN -quantity ELSE 0 END) AS returned_items,
    COUNT(CASE WHEN kind = 'sale' AND net_minor > 0 THEN 1 END) AS sale_lines
FROM orders
GROUP BY product_id, kind = 'fee', CAST(DATE_TRUNC('month', shop_day(ordered_at)) AS DATE)
