-- What customers brought in the $prior_days times 24 hours before their exposure. Reads `units`, `orders`.
-- An order that stands exactly at midnight counts as placed at the end of that day, as in effectiveness_sales.sql.
SELECT units.unit, CAST(SUM(orders.net_minor) AS BIGINT) AS revenue_minor
FROM units
INNER JOIN orders ON units.unit_kind = 'customer' AND units.unit_id = orders.customer_id
WHERE
    CASE
        WHEN orders.ordered_at = CAST(shop_day(orders.ordered_at) AS TIMESTAMPTZ) THEN orders.ordered_at + INTERVAL 1 DAY
        ELSE orders.ordered_at
    END < units.exposed_at
    AND DATE_DIFF('microsecond', orders.ordered_at, units.exposed_at) <= CAST($prior_days AS BIGINT) * 86400000000
GROUP BY units.unit
