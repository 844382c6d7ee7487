-- The simulated events by time, as columns of the canonical table. Reads `drawn_events`, `drawn_visits`, `drawn_answers`,
-- `buyers`, `sold_products`, `paid_orders`, `event_names`, `channel_names`.
-- $mark begins the ids, which tell one simulation from another. A purchase names the customer of its order.
SELECT
    $mark || '-e' || LPAD(CAST(drawn_events.row_number + 1 AS VARCHAR), 9, '0') AS event_id,
    event_names.name AS event_type,
    buyers.customer_id,
    drawn_visits.session_id,
    CASE WHEN event_names.name <> 'search' THEN sold_products.product_id END AS product_id,
    MAKE_TIMESTAMPTZ(drawn_events.instant) AS occurred_at,
    CASE WHEN event_names.name = 'purchase' THEN paid_orders.order_id END AS order_id,
    CASE WHEN event_names.name = 'search' THEN sold_products.words END AS query,
    channel_names.name AS channel,
    drawn_answers.recommendation_id,
    drawn_answers.placement,
    NULLIF(drawn_events.position, -1) AS position,
    TRUE AS is_simulated
FROM drawn_events
INNER JOIN drawn_visits ON drawn_events.visit = drawn_visits.row_number
INNER JOIN event_names ON drawn_events.type = event_names.row_number
INNER JOIN channel_names ON drawn_visits.channel = channel_names.row_number
LEFT JOIN paid_orders ON drawn_visits.order_number = paid_orders.order_number
LEFT JOIN buyers
    ON CASE WHEN event_names.name = 'purchase' THEN drawn_visits.customer ELSE drawn_visits.named END = buyers.customer
LEFT JOIN sold_products ON drawn_events.product = sold_products.product
LEFT JOIN drawn_answers ON drawn_events.answer = drawn_answers.row_number
ORDER BY drawn_events.row_number
