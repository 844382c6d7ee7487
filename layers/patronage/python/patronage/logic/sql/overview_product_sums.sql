-- Net money of each product: of all time, of the newest days ($recent to $until) and of as many before ($before to the day
-- ahead of $recent). A product is what was sold: fees are none, and neither is what was only cancelled, as a fee that was
-- given back. Reads `orders` up to as_of.
SELECT
    product_id AS value,
    SUM(net_minor) AS net_minor,
    SUM(CASE WHEN day BETWEEN CAST($recent AS DATE) AND CAST($until AS DATE) THEN net_minor ELSE 0 END)
        AS recent_minor,
    SUM(CASE WHEN day >= CAST($before AS DATE) AND day < CAST($recent AS DATE) THEN net_minor ELSE 0 END)
        AS before_minor
FROM (SELECT product_id, kind, net_minor, shop_day(ordered_at) AS day FROM orders) AS lines
WHERE kind <> 'fee'
GROUP BY product_id
HAVING BOOL_OR(kind = 'sale')
