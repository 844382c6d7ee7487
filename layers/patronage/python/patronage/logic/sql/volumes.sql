-- Reads `orders` and `events`: how much a shop has and does, over the days from its first order to its last.
SELECT
    COUNT(DISTINCT customer_id) AS customers,
    COUNT(DISTINCT product_id) AS products,
    COUNT(DISTINCT order_id) AS orders,
    COUNT(*) AS lines,
    (SELECT COUNT(*) FROM events) AS events,
    COALESCE(DATE_DIFF('day', MIN(shop_day(ordered_at)), MAX(shop_day(ordered_at))) + 1, 0) AS days
FROM orders
WHERE kind = 'sale'
