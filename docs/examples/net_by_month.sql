-- Net sales by month, in the shop's currency; guests count, and a refund counts in the month in which it was booked.
SELECT
    date_trunc('month', ordered_at) AS month,
    COUNT(DISTINCT order_id) AS orders,
    SUM(net_minor) / 100.0 AS net
FROM orders
GROUP BY 1
ORDER BY 1
