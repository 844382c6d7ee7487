-- The events of some days, with what is watched of them. Reads `events`; $first, $last and $weekdays as of the lines.
SELECT
    COALESCE(session_id, event_id) AS visit,
    event_type,
    device,
    country,
    channel,
    placement,
    session_id,
    customer_id,
    product_id
FROM (SELECT *, shop_day(occurred_at) AS day FROM events) AS happened
WHERE
    day BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)
    AND POSITION(CAST(DATE_DIFF('day', DATE '1900-01-01', day) % 7 AS VARCHAR) IN $weekdays) > 0
