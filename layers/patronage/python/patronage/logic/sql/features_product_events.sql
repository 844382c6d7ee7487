-- What visitors do with a product, known by name or not, in the last 7, 30 and 90 shop days. Reads `event_history`
-- (ask, event_type, age_days).
SELECT
    ask,
    SUM(CASE WHEN event_type = 'view' AND age_days < 7 THEN 1 ELSE 0 END) AS views_7d,
    SUM(CASE WHEN event_type = 'view' AND age_days < 30 THEN 1 ELSE 0 END) AS views_30d,
    SUM(CASE WHEN event_type = 'view' AND age_days < 90 THEN 1 ELSE 0 END) AS views_90d,
    SUM(CASE WHEN event_type = 'cart_add' AND age_days < 7 THEN 1 ELSE 0 END) AS cart_adds_7d,
    SUM(CASE WHEN event_type = 'cart_add' AND age_days < 30 THEN 1 ELSE 0 END) AS cart_adds_30d,
    SUM(CASE WHEN event_type = 'cart_add' AND age_days < 90 THEN 1 ELSE 0 END) AS cart_adds_90d,
    SUM(CASE WHEN event_type = 'click' AND age_days < 7 THEN 1 ELSE 0 END) AS clicks_7d,
    SUM(CASE WHEN event_type = 'click' AND age_days < 30 THEN 1 ELSE 0 END) AS clicks_30d,
    SUM(CASE WHEN event_type = 'click' AND age_days < 90 THEN 1 ELSE 0 END) AS clicks_90d,
    SUM(CASE WHEN event_type = 'impression' AND age_days < 7 THEN 1 ELSE 0 END) AS impressions_7d,
    SUM(CASE WHEN event_type = 'impression' AND age_days < 30 THEN 1 ELSE 0 END) AS impressions_30d,
    SUM(CASE WHEN event_type = 'impression' AND age_days < 90 THEN 1 ELSE 0 END) AS impressions_90d
FROM event_history
GROUP BY ask
