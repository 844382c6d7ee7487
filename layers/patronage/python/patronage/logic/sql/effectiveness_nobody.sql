-- How many events of what recommendations are judged by, from $since on, name neither a customer nor a session.
-- Reads `events`.
SELECT COUNT(*) AS events
FROM events
WHERE
    customer_id IS NULL
    AND session_id IS NULL
    AND event_type IN ('impression', 'click', 'cart_add')
    AND occurred_at >= CAST($since AS TIMESTAMPTZ)
