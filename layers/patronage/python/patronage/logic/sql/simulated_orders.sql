-- Each order that somebody paid for, from $since on, numbered by time, with its customer, null for a guest. Reads `orders`.
SELECT
    ROW_NUMBER() OVER (ORDER BY MIN(ordered_at), order_id) - 1 AS order_number,
    order_id,
    MIN(customer_id) AS customer_id,
    MIN(ordered_at) AS ordered_at
FROM orders
WHERE kind = 'sale' AND net_minor > 0 AND ordered_at >= CAST($since AS TIMESTAMPTZ)
GROUP BY order_id
