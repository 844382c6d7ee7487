-- Money, pieces and purchases of each order by customer, shop day, country and channel: mostly a row an order.
-- Reads `orders` up to as_of.
SELECT
    order_id,
    customer_id,
    shop_day(ordered_at) AS day,
    country,
    channel,
    COUNT(*) AS line_count,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    CAST(SUM(CASE WHEN kind = 'sale' THEN net_minor ELSE 0 END) AS BIGINT) AS sale_minor,
    CAST(SUM(CASE WHEN kind = 'cancellation' THEN net_minor ELSE 0 END) AS BIGINT) AS cancellation_minor,
    CAST(SUM(CASE WHEN kind = 'refund' THEN net_minor ELSE 0 END) AS BIGINT) AS refund_minor,
    CAST(SUM(CASE WHEN kind = 'fee' THEN net_minor ELSE 0 END) AS BIGINT) AS fee_minor,
    SUM(CASE WHEN kind = 'sale' AND net_minor > 0 THEN quantity ELSE 0 END) AS items,
    SUM(CASE WHEN kind IN ('cancellation', 'refund') THEN -quantity ELSE 0 END) AS returned_items,
    BOOL_OR(kind = 'sale' AND net_minor > 0) AS is_purchase
FROM orders
GROUP BY order_id, customer_id, shop_day(ordered_at), country, channel
