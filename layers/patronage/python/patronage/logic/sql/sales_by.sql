-- The shop's money, orders, pieces and customers by $by: total, day, week, month, country or channel; of each slice.
-- Reads `sales_rows`. Who first bought and came back within a row's period is both a new and a returning customer of it.
WITH keyed AS (
    SELECT
        *,
        CASE $by
            WHEN 'total' THEN 'total'
            WHEN 'day' THEN CAST(day AS VARCHAR)
            WHEN 'week' THEN CAST(CAST(DATE_TRUNC('week', day) AS DATE) AS VARCHAR)
            WHEN 'month' THEN CAST(CAST(DATE_TRUNC('month', day) AS DATE) AS VARCHAR)
            WHEN 'country' THEN country
            WHEN 'channel' THEN channel
        END AS by_value
    FROM sales_rows
)

SELECT
    slice,
    by_value,
    CAST(SUM(line_count) AS BIGINT) AS line_count,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    CAST(SUM(sale_minor) AS BIGINT) AS sale_minor,
    CAST(SUM(cancellation_minor) AS BIGINT) AS cancellation_minor,
    CAST(SUM(refund_minor) AS BIGINT) AS refund_minor,
    CAST(SUM(fee_minor) AS BIGINT) AS fee_minor,
    CAST(SUM(order_count) AS BIGINT) AS orders,
    CAST(SUM(items) AS DOUBLE) AS items,
    CAST(SUM(returned_items) AS DOUBLE) AS returned_items,
    COUNT(DISTINCT CASE WHEN is_purchase THEN customer_id END) AS customers,
    COUNT(DISTINCT CASE WHEN is_purchase AND buyer = 'new' THEN customer_id END) AS new_customers,
    COUNT(DISTINCT CASE WHEN is_purchase AND buyer = 'returning' THEN customer_id END) AS returning_customers,
    CAST(SUM(CASE WHEN buyer = 'new' THEN net_minor ELSE 0 END) AS BIGINT) AS new_net_minor,
    CAST(SUM(CASE WHEN buyer = 'returning' THEN net_minor ELSE 0 END) AS BIGINT) AS returning_net_minor,
    CAST(SUM(CASE WHEN buyer = 'guest' THEN net_minor ELSE 0 END) AS BIGINT) AS guest_net_minor,
    CAST(SUM(CASE WHEN buyer = 'none' THEN net_minor ELSE 0 END) AS BIGINT) AS unbought_net_minor,
    CAST(SUM(CASE WHEN buyer = 'new' THEN order_count ELSE 0 END) AS BIGINT) AS new_orders,
    CAST(SUM(CASE WHEN buyer = 'returning' THEN order_count ELSE 0 END) AS BIGINT) AS returning_orders,
    CAST(SUM(CASE WHEN buyer = 'guest' THEN order_count ELSE 0 END) AS BIGINT) AS guest_orders
FROM keyed
GROUP BY slice, by_value
HAVING $by IN ('total', 'day', 'week', 'month') OR SUM(line_count) > 0
