-- What a report says of the lines that a file brought in. Reads `lines`.
SELECT
    COUNT(*) AS kept,
    COUNT(*) FILTER (WHERE kind = 'sale') AS sale,
    COUNT(*) FILTER (WHERE kind = 'cancellation') AS cancellation,
    COUNT(*) FILTER (WHERE kind = 'refund') AS refund,
    COUNT(*) FILTER (WHERE kind = 'fee') AS fee,
    COUNT(*) FILTER (WHERE customer_id IS NULL) AS guest_lines,
    COUNT(*) FILTER (WHERE is_copy) AS identical_lines_kept,
    COUNT(DISTINCT order_id) AS orders,
    COUNT(DISTINCT customer_id) AS customers,
    CAST(COALESCE(SUM(net_minor), 0) AS BIGINT) AS net_minor,
    CAST(COALESCE(SUM(net_exact), 0) AS DECIMAL(38, 4)) AS net_before_rounding,
    MIN(ordered_at) AS first_ordered_at,
    MAX(ordered_at) AS last_ordered_at
FROM lines
WHERE fate = 'kept'
