-- The order lines of some days, with what is watched of them. Reads `orders`, `products`; $first and $last are days,
-- $weekdays the weekdays that count, 0 for Monday to 6.
SELECT
    lines.order_id,
    lines.kind,
    lines.unit_price,
    lines.quantity,
    lines.discount,
    lines.net_minor,
    lines.customer_id,
    lines.product_id,
    lines.description,
    lines.country,
    lines.channel,
    products.category
FROM (SELECT *, shop_day(ordered_at) AS day FROM orders) AS lines
LEFT JOIN products ON lines.product_id = products.product_id
WHERE
    lines.day BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)
    AND POSITION(CAST(DATE_DIFF('day', DATE '1900-01-01', lines.day) % 7 AS VARCHAR) IN $weekdays) > 0
