-- What each unit bought from its exposure on and before $ends. Reads `units`, `bought_orders`. An order counts once, for
-- the unit of its buyer that was exposed last before it: somebody may come as a session first and as a customer later.
WITH candidates AS (
    SELECT
        units.unit,
        bought_orders.order_id,
        bought_orders.net_minor,
        ROW_NUMBER() OVER (PARTITION BY bought_orders.order_id ORDER BY units.exposed_at DESC, units.unit) AS place
    FROM units
    INNER JOIN bought_orders ON units.visitor_id = bought_orders.visitor_id
    WHERE
        bought_orders.placed_at >= units.exposed_at
        AND bought_orders.placed_at < CAST($ends AS TIMESTAMPTZ)
)

SELECT unit, COUNT(*) AS orders, CAST(SUM(net_minor) AS BIGINT) AS revenue_minor
FROM candidates
WHERE place = 1
GROUP BY unit
