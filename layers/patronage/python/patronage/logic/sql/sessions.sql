-- Each session, added up. Reads `session_events`. The day and hour of a session are those at which it began, in the
-- shop's zone, which is the engine's own; one that began exactly at midnight has no hour: its source knows days only.
-- Views are those of pages and products or, where there are more of them, the clicks, as a click leads to a view.
SELECT
    session_key,
    MIN(visitor_id) AS visitor_id,
    MIN(customer_id) AS customer_id,
    MIN(occurred_at) AS started_at,
    MAX(occurred_at) AS ended_at,
    shop_day(MIN(occurred_at)) AS day,
    DATE_DIFF('day', DATE '1900-01-01', shop_day(MIN(occurred_at))) % 7 + 1 AS weekday,
    CASE
        WHEN MIN(occurred_at) <> CAST(shop_day(MIN(occurred_at)) AS TIMESTAMPTZ)
            THEN EXTRACT(HOUR FROM MIN(occurred_at))
    END AS hour,
    COUNT(*) AS events,
    GREATEST(
        COUNT(*) FILTER (WHERE event_type = 'view'), COUNT(*) FILTER (WHERE event_type = 'click')
    ) AS views,
    COUNT(*) FILTER (WHERE event_type = 'search') AS searches,
    COUNT(*) FILTER (WHERE event_type = 'cart_add') AS cart_adds,
    COUNT(*) FILTER (WHERE event_type = 'cart_remove') AS cart_removes,
    COUNT(*) FILTER (WHERE event_type = 'purchase') AS purchases,
    ARG_MIN(channel, position) FILTER (WHERE channel IS NOT NULL) AS channel
FROM session_events
GROUP BY session_key
