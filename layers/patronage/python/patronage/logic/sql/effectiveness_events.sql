-- The events by which recommendations are judged, each with its visitor. Reads `events`, `session_owners`.
-- Told are those from $since on. is_readable: whether the id of the answer is one that an answer can have.
-- In an experiment a visitor goes by the customer whom the event itself names, else by the session: unit_kind, unit_id.
SELECT
    COALESCE(events.customer_id, session_owners.owner_id, 'session:' || events.session_id) AS visitor_id,
    COALESCE(events.customer_id, session_owners.owner_id) AS customer_id,
    CASE WHEN events.customer_id IS NULL THEN 'session' ELSE 'customer' END AS unit_kind,
    COALESCE(events.customer_id, events.session_id) AS unit_id,
    events.event_id,
    events.event_type,
    events.product_id,
    events.order_id,
    events.occurred_at,
    events.recommendation_id,
    events.placement,
    events.position,
    COALESCE(REGEXP_FULL_MATCH(events.recommendation_id, $id_pattern), FALSE) AS is_readable,
    events.recommendation_id IS NOT NULL OR COALESCE(LOWER(events.channel) LIKE 'recommendation%', FALSE) AS is_about_one
FROM events
LEFT JOIN session_owners ON events.session_id = session_owners.session_id AND events.customer_id IS NULL
WHERE
    events.event_type IN ('impression', 'click', 'cart_add', 'purchase')
    AND events.occurred_at >= CAST($since AS TIMESTAMPTZ)
    AND (events.customer_id IS NOT NULL OR events.session_id IS NOT NULL)
