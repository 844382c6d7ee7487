-- What a product sells. Reads `order_history` (ask, age_days, is_purchase, customer_id, quantity, net_minor). Buyers
-- are customers with an id: guests cannot be told apart. Net counts what was taken back on the day it was.
SELECT
    ask,
    MIN(CASE WHEN is_purchase THEN age_days END) AS days_since_last_sale,
    MAX(CASE WHEN is_purchase THEN age_days END) AS days_since_first_sale,
    COUNT(DISTINCT CASE WHEN is_purchase AND age_days < 30 THEN customer_id END) AS buyers_30d,
    COUNT(DISTINCT CASE WHEN is_purchase AND age_days < 90 THEN customer_id END) AS buyers_90d,
    COUNT(DISTINCT CASE WHEN is_purchase AND age_days < 365 THEN customer_id END) AS buyers_365d,
    COUNT(DISTINCT CASE WHEN is_purchase THEN customer_id END) AS buyers,
    CAST(SUM(CASE WHEN is_purchase AND age_days < 30 THEN quantity ELSE 0 END) AS DOUBLE) AS items_30d,
    CAST(SUM(CASE WHEN is_purchase AND age_days < 90 THEN quantity ELSE 0 END) AS DOUBLE) AS items_90d,
    CAST(SUM(CASE WHEN is_purchase AND age_days < 365 THEN quantity ELSE 0 END) AS DOUBLE) AS items_365d,
    CAST(SUM(CASE WHEN is_purchase THEN quantity ELSE 0 END) AS DOUBLE) AS items,
    SUM(CASE WHEN age_days < 30 THEN net_minor ELSE 0 END) AS net_minor_30d,
    SUM(CASE WHEN age_days < 90 THEN net_minor ELSE 0 END) AS net_minor_90d,
    SUM(CASE WHEN age_days < 365 THEN net_minor ELSE 0 END) AS net_minor_365d,
    SUM(net_minor) AS net_minor
FROM order_history
GROUP BY ask
