-- A block's events as a shop would export them, by time. Reads `events`, `people`, `catalogue`, `channels`.
SELECT
    'E' || events.event_number AS event_id,
    'S' || LPAD(CAST(events.session_number AS VARCHAR), 10, '0') AS session_id,
    people.customer_id,
    CASE events.type WHEN 0 THEN 'view' WHEN 1 THEN 'cart_add' ELSE 'purchase' END AS event_type,
    catalogue.product_id,
    CASE WHEN events.order_number >= 0 THEN LPAD(CAST(events.order_number AS VARCHAR), 9, '0') END AS order_id,
    TO_TIMESTAMP(events.instant) AS occurred_at,
    channels.channel,
    TRUE AS is_simulated
FROM events
LEFT JOIN people ON events.person = people.row_number
INNER JOIN catalogue ON events.product = catalogue.row_number
INNER JOIN channels ON events.channel = channels.row_number
ORDER BY events.event_number
