-- The hour, weekday and channel of most of a customer's sessions, and the category of most of what was looked at;
-- of equals the one seen last, then the first by name. Reads `sessions`, `session_events`, `products`. The category is
-- the event's own, else the product's.
WITH counted AS (
    SELECT customer_id, 'hour' AS kind, CAST(hour AS VARCHAR) AS chosen, COUNT(*) AS times, MAX(started_at) AS last_at
    FROM sessions
    GROUP BY customer_id, hour
    UNION ALL
    SELECT customer_id, 'weekday', CAST(weekday AS VARCHAR), COUNT(*), MAX(started_at)
    FROM sessions
    GROUP BY customer_id, weekday
    UNION ALL
    SELECT customer_id, 'channel', channel, COUNT(*), MAX(started_at)
    FROM sessions
    GROUP BY customer_id, channel
    UNION ALL
    SELECT
        session_events.customer_id,
        'category',
        COALESCE(session_events.category, products.category),
        COUNT(*),
        MAX(session_events.occurred_at)
    FROM session_events
    LEFT JOIN products ON session_events.product_id = products.product_id
    WHERE session_events.event_type IN ('view', 'click', 'cart_add', 'purchase')
    GROUP BY session_events.customer_id, COALESCE(session_events.category, products.category)
),

ranked AS (
    SELECT
        customer_id,
        kind,
        chosen,
        ROW_NUMBER() OVER (PARTITION BY customer_id, kind ORDER BY times DESC, last_at DESC, chosen) AS place
    FROM counted
    WHERE customer_id IS NOT NULL AND chosen IS NOT NULL
)

SELECT
    customer_id,
    CAST(MAX(chosen) FILTER (WHERE kind = 'hour') AS INTEGER) AS preferred_hour,
    CAST(MAX(chosen) FILTER (WHERE kind = 'weekday') AS INTEGER) AS preferred_weekday,
    MAX(chosen) FILTER (WHERE kind = 'category') AS preferred_category,
    MAX(chosen) FILTER (WHERE kind = 'channel') AS preferred_channel
FROM ranked
WHERE place = 1
GROUP BY customer_id
