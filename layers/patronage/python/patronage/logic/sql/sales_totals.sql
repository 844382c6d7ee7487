-- The shop's money up to as_of. Reads `orders`.
SELECT
    COUNT(*) AS line_count,
    COUNT(DISTINCT order_id) FILTER (WHERE kind = 'sale' AND net_minor > 0) AS orders,
    COUNT(DISTINCT customer_id) AS customers,
    CAST(COALESCE(SUM(net_minor), 0) AS BIGINT) AS net_minor,
    CAST(COALESCE(SUM(net_minor) FILTER (WHERE customer_id IS NOT NULL), 0) AS BIGINT) AS customer_net_minor,
    CAST(COALESCE(SUM(net_minor) FILTER (WHERE customer_id IS NULL), 0) AS BIGINT) AS guest_net_minor,
    CAST(COALESCE(SUM(net_minor) FILTER (WHERE kind = 'sale'), 0) AS BIGINT) AS sale_minor,
    CAST(COALESCE(SUM(net_minor) FILTER (WHERE kind = 'cancellation'), 0) AS BIGINT) AS cancellation_minor,
    CAST(COALESCE(SUM(net_minor) FILTER (WHERE kind = 'refund'), 0) AS BIGINT) AS refund_minor,
    CAST(COALESCE(SUM(net_minor) FILTER (WHERE kind = 'fee'), 0) AS BIGINT) AS fee_minor
FROM orders
