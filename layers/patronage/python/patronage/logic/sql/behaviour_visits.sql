-- What each customer does on visits. Reads `sessions` and `behaviour_shop`. Where no event of the shop is a purchase,
-- none is recorded there, and neither conversion nor abandonment is known.
SELECT
    sessions.customer_id,
    COUNT(*) AS sessions,
    CAST(SUM(sessions.views) AS BIGINT) AS views,
    CAST(MAX(sessions.views) AS BIGINT) AS most_views,
    SUM(CASE WHEN sessions.purchases > 0 THEN 1 ELSE 0 END) AS buying_sessions,
    SUM(CASE WHEN sessions.cart_adds > 0 THEN 1 ELSE 0 END) AS cart_sessions,
    SUM(CASE WHEN sessions.cart_adds > 0 AND sessions.purchases = 0 THEN 1 ELSE 0 END) AS abandoned_sessions,
    CAST(SUM(sessions.cart_adds) AS BIGINT) AS cart_adds,
    CAST(SUM(sessions.views) AS DOUBLE) / COUNT(*) AS browse_depth,
    CASE
        WHEN MAX(behaviour_shop.buying_sessions) > 0
            THEN CAST(SUM(CASE WHEN sessions.purchases > 0 THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*)
    END AS conversion,
    CASE
        WHEN MAX(behaviour_shop.buying_sessions) > 0 AND MAX(sessions.cart_adds) > 0
            THEN CAST(SUM(CASE WHEN sessions.cart_adds > 0 AND sessions.purchases = 0 THEN 1 ELSE 0 END) AS DOUBLE)
                / SUM(CASE WHEN sessions.cart_adds > 0 THEN 1 ELSE 0 END)
    END AS cart_abandonment
FROM sessions
CROSS JOIN behaviour_shop
WHERE sessions.customer_id IS NOT NULL
GROUP BY sessions.customer_id
