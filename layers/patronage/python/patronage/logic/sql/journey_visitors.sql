-- One row a visitor, with the channel of the first session that names one. Reads `journey_sessions`.
SELECT
    visitor_id,
    MIN(customer_id) AS customer_id,
    MIN(CASE WHEN channel_place = 1 THEN channel END) AS channel
FROM (
    SELECT
        visitor_id,
        customer_id,
        channel,
        ROW_NUMBER() OVER (
            PARTITION BY visitor_id
            ORDER BY CASE WHEN channel IS NULL THEN 1 ELSE 0 END, started_at, session_key
        ) AS channel_place
    FROM journey_sessions
) AS placed
GROUP BY visitor_id
