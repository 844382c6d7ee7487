-- How and when each customer came: by a registration, a purchase or a visit, whichever was first; of one instant in this
-- order. Reads `timeline_events`, `customers`.
WITH firsts AS (
    SELECT customer_id, MIN(occurred_at) AS occurred_at
    FROM (
        SELECT customer_id, occurred_at FROM timeline_events WHERE kind IN ('purchase', 'visit')
        UNION ALL
        SELECT customer_id, created_at FROM customers WHERE created_at < CAST($as_of AS TIMESTAMPTZ)
    ) AS beginnings
    GROUP BY customer_id
),

earliest AS (
    SELECT
        firsts.customer_id,
        firsts.occurred_at,
        events.kind AS detail,
        CASE events.kind WHEN 'purchase' THEN 1 ELSE 2 END AS precedence,
        events.channel,
        events.tie
    FROM timeline_events AS events
    INNER JOIN firsts ON events.customer_id = firsts.customer_id AND events.occurred_at = firsts.occurred_at
    WHERE events.kind IN ('purchase', 'visit')
    UNION ALL
    SELECT firsts.customer_id, firsts.occurred_at, 'registration', 0, customers.channel, ''
    FROM customers
    INNER JOIN firsts ON customers.customer_id = firsts.customer_id AND customers.created_at = firsts.occurred_at
)

SELECT customer_id, occurred_at, channel, detail
FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY precedence, tie) AS place
    FROM earliest
) AS placed
WHERE place = 1
