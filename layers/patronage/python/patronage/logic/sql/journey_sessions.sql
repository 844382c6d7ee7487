-- One row a session, with the channel of its first event that names one. Reads `session_events`.
SELECT
    session_key,
    MIN(visitor_id) AS visitor_id,
    MIN(customer_id) AS customer_id,
    MIN(occurred_at) AS started_at,
    MIN(CASE WHEN channel_place = 1 THEN channel END) AS channel
FROM (
    SELECT
        session_key,
        visitor_id,
        customer_id,
        occurred_at,
        channel,
        ROW_NUMBER() OVER (
            PARTITION BY session_key
            ORDER BY CASE WHEN channel IS NULL THEN 1 ELSE 0 END, occurred_at, event_id
        ) AS channel_place
    FROM session_events
) AS placed
GROUP BY session_key
