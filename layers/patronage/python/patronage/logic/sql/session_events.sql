-- Each event in its session. Reads `events` up to as_of; $gap_seconds is how long a pause ends a session.
-- An event's session is the source's own session_id where it has one, and is cut where the visitor did nothing for
-- $gap_seconds or more (Google Analytics: "inactive for 30 minutes or more"); midnight cuts nothing. Equal timestamps
-- go by event_id. An anonymous visitor is known by session_id alone, which visitor_id says, for it may be some
-- customer's id too; one who is named later in that session, and is one customer only, is that customer from the start.
-- Events without a time, or of nobody in no session, are left out.
-- session_key is the event_id of the session's first event, so it stays when later events come.
WITH owners AS (
    SELECT session_id, MIN(customer_id) AS owner_id
    FROM events
    WHERE session_id IS NOT NULL
    GROUP BY session_id
    HAVING COUNT(customer_id) < COUNT(*) AND MIN(customer_id) = MAX(customer_id)
),

visited AS (
    SELECT
        COALESCE(events.customer_id, owners.owner_id) AS customer_id,
        events.session_id,
        events.event_id,
        events.event_type,
        events.product_id,
        events.occurred_at,
        events.unit_price,
        events.currency,
        events.category,
        events.channel,
        events.recommendation_id
    FROM events
    LEFT JOIN owners ON events.session_id = owners.session_id AND events.customer_id IS NULL
    WHERE
        events.occurred_at IS NOT NULL
        AND (events.customer_id IS NOT NULL OR events.session_id IS NOT NULL)
),

spaced AS (
    SELECT
        *,
        LAG(occurred_at) OVER (PARTITION BY customer_id, session_id ORDER BY occurred_at, event_id) AS previous_at,
        ROW_NUMBER() OVER (PARTITION BY customer_id, session_id ORDER BY occurred_at, event_id) AS place
    FROM visited
),

started AS (
    SELECT
        *,
        CASE
            WHEN previous_at IS NULL OR DATE_DIFF('microsecond', previous_at, occurred_at) >= $gap_seconds * 1000000
                THEN place
        END AS start_place
    FROM spaced
)

SELECT
    COALESCE(customer_id, 'session:' || session_id) AS visitor_id,
    customer_id,
    LAST_VALUE(CASE WHEN start_place IS NOT NULL THEN event_id END IGNORE NULLS) OVER so_far AS session_key,
    event_id,
    event_type,
    product_id,
    occurred_at,
    place - MAX(start_place) OVER so_far + 1 AS position,
    unit_price,
    currency,
    category,
    channel,
    recommendation_id
FROM started
WINDOW so_far AS (
    PARTITION BY customer_id, session_id ORDER BY occurred_at, event_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
