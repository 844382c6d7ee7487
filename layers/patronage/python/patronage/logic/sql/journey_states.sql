-- What visitors did, one row an event that is a state of a journey: an impression is none, for the visitor did nothing.
-- Reads `session_events`. A view or click that names a product is a look at it. stage puts events of one instant in the
-- order of a purchase, whatever their ids.
SELECT
    session_key,
    visitor_id,
    event_id,
    occurred_at,
    CASE
        WHEN event_type IN ('view', 'click') AND product_id IS NOT NULL THEN 'product_view'
        ELSE event_type
    END AS state,
    CASE event_type
        WHEN 'search' THEN 1
        WHEN 'view' THEN 2
        WHEN 'click' THEN 3
        WHEN 'cart_add' THEN 4
        WHEN 'cart_remove' THEN 5
        ELSE 6
    END AS stage
FROM session_events
WHERE event_type <> 'impression'
