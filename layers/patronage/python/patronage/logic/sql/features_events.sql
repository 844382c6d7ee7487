-- What a customer does in the storefront, in the last 7, 30 and 90 shop days. Reads `event_history` (ask, event_type,
-- visit, age_days). Only events that name the customer count: to add what was done before signing in would tell at an
-- earlier instant what became known later.
SELECT
    ask,
    MIN(age_days) AS days_since_last_visit,
    COUNT(DISTINCT CASE WHEN age_days < 7 THEN visit END) AS visits_7d,
    COUNT(DISTINCT CASE WHEN age_days < 30 THEN visit END) AS visits_30d,
    COUNT(DISTINCT CASE WHEN age_days < 90 THEN visit END) AS visits_90d,
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
