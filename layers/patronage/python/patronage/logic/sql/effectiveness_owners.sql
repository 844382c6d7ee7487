-- The sessions that are one customer's, who was named in them later or once: what is anonymous in them is that
-- customer's, as in journeys (session_events.sql). Reads `events`.
SELECT session_id, MIN(customer_id) AS owner_id
FROM events
WHERE session_id IS NOT NULL
GROUP BY session_id
HAVING COUNT(customer_id) < COUNT(*) AND MIN(customer_id) = MAX(customer_id)
