-- What the shop's visitors do, in sums; the ratios of them are made where they are shown. Reads `sessions`.
SELECT
    COUNT(*) AS sessions,
    COUNT(customer_id) AS customer_sessions,
    COUNT(DISTINCT customer_id) AS visiting_customers,
    COALESCE(SUM(CASE WHEN purchases > 0 THEN 1 ELSE 0 END), 0) AS buying_sessions,
    COALESCE(SUM(CASE WHEN cart_adds > 0 THEN 1 ELSE 0 END), 0) AS cart_sessions,
    COALESCE(SUM(CASE WHEN cart_adds > 0 AND purchases = 0 THEN 1 ELSE 0 END), 0) AS abandoned_sessions,
    CAST(COALESCE(SUM(views), 0) AS BIGINT) AS views
FROM sessions
