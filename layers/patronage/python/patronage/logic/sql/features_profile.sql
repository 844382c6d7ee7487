-- Where a customer is and came from: as the newest order line says that says it (of equally new ones the first by
-- name), else as the customer's own row says; and the consent of that row. Reads `features_asked` (ask),
-- `order_history` (ask, country, channel, ordered_at), `customer_facts` (ask, country, channel, accepts_marketing).
WITH said AS (
    SELECT ask, 'country' AS what, country AS said, MAX(ordered_at) AS last_at
    FROM order_history
    WHERE country IS NOT NULL
    GROUP BY ask, country
    UNION ALL
    SELECT ask, 'channel' AS what, channel AS said, MAX(ordered_at) AS last_at
    FROM order_history
    WHERE channel IS NOT NULL
    GROUP BY ask, channel
),

ranked AS (
    SELECT ask, what, said, ROW_NUMBER() OVER (PARTITION BY ask, what ORDER BY last_at DESC, said) AS place
    FROM said
),

newest AS (
    SELECT
        ask,
        MAX(CASE WHEN what = 'country' THEN said END) AS country,
        MAX(CASE WHEN what = 'channel' THEN said END) AS channel
    FROM ranked
    WHERE place = 1
    GROUP BY ask
)

SELECT
    features_asked.ask,
    COALESCE(newest.country, customer_facts.country) AS country,
    COALESCE(newest.channel, customer_facts.channel) AS channel,
    customer_facts.accepts_marketing
FROM features_asked
LEFT JOIN newest ON features_asked.ask = newest.ask
LEFT JOIN customer_facts ON features_asked.ask = customer_facts.ask
