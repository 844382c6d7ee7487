-- The rows of an analysis, without anybody's id: a unit each. Reads `units`, `unit_did`, `unit_bought`, `unit_prior`.
SELECT
    units.place AS arm,
    DATE_DIFF('day', DATE '1970-01-01', shop_day(units.exposed_at)) AS exposed_day,
    COALESCE(unit_did.impressions, 0) AS impressions,
    COALESCE(unit_did.clicks, 0) AS clicks,
    COALESCE(unit_did.carts, 0) AS carts,
    COALESCE(unit_bought.orders, 0) AS orders,
    COALESCE(unit_bought.revenue_minor, 0) AS revenue_minor,
    COALESCE(unit_prior.revenue_minor, 0) AS prior_revenue_minor,
    CASE WHEN units.unit_kind = 'customer' THEN 1 ELSE 0 END AS has_prior
FROM units
LEFT JOIN unit_did ON units.unit = unit_did.unit
LEFT JOIN unit_bought ON units.unit = unit_bought.unit
LEFT JOIN unit_prior ON units.unit = unit_prior.unit
ORDER BY units.unit
