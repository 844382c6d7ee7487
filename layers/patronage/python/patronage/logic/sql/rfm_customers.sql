-- Recency, frequency and net money of each customer. Reads `orders` up to as_of; $today is the shop's day of as_of.
-- A purchase occasion is a shop day with a sale that brought money; a customer who only cancelled has none.
SELECT
    customer_id,
    DATE_DIFF('day', MAX(shop_day(ordered_at)) FILTER (WHERE kind = 'sale' AND net_minor > 0), CAST($today AS DATE)) AS recency_days,
    COUNT(DISTINCT shop_day(ordered_at)) FILTER (WHERE kind = 'sale' AND net_minor > 0) AS frequency,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM orders
WHERE customer_id IS NOT NULL
GROUP BY customer_id
