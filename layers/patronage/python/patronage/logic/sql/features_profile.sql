-- Where a customer is and came from: as the newest order line says that says it (of equally new ones the first by
-- name), else as the customer's own row says; and the consent of that row. Reads `features_asked` (ask),
-- `order_history` (ask, country, channel, ordered_at), `customer_facts` (ask, country, channel, accepts_marketing).
WITH countries AS (
    SELECT ask, ARG_MIN(country, (-last_us, country)) AS country
    FROM (
        SELECT ask, country, EPOCH_US(MAX(ordered_at)) AS last_us
        FROM order_history
        WHERE country IS NOT NULL
        GROUP BY ask, country
    ) AS said
    GROUP BY ask
),

channels AS (
    SELECT ask, ARG_MIN(channel, (-last_us, channel)) AS channel
    FROM (
        SELECT ask, channel, EPOCH_US(MAX(ordered_at)) AS last_us
        FROM order_history
        WHERE channel IS NOT NULL
        GROUP BY ask, channel
    ) AS said
    GROUP BY ask
)

SELECT
    features_asked.ask,
    COALESCE(countries.country, customer_facts.country) AS country,
    COALESCE(channels.channel, customer_facts.channel) AS channel,
    customer_facts.accepts_marketing
FROM features_asked
LEFT JOIN countries ON features_asked.ask = countries.ask
LEFT JOIN channels ON features_asked.ask = channels.ask
LEFT JOIN customer_facts ON features_asked.ask = customer_facts.ask
