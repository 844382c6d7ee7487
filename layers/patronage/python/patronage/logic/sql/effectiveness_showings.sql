-- Each product that an answer of recommendations showed a visitor, once however often it is told, with the first time
-- that it was seen and clicked, which is what is counted; which click an outcome is due to is asked of all of them
-- (effectiveness_touches.sql). Reads `judged_events`, `live_segments`. Putting it into the basket where it is shown is a
-- click too: what names the answer itself needs no other.
WITH told AS (
    SELECT
        visitor_id,
        recommendation_id,
        product_id,
        MIN(customer_id) AS customer_id,
        MIN(CASE WHEN event_type = 'impression' THEN occurred_at END) AS seen_at,
        MIN(CASE WHEN event_type IN ('click', 'cart_add') THEN occurred_at END) AS clicked_at,
        MIN(placement) AS placement,
        MIN(position) AS position
    FROM judged_events
    WHERE is_readable AND product_id IS NOT NULL AND event_type <> 'purchase'
    GROUP BY visitor_id, recommendation_id, product_id
)

SELECT
    told.visitor_id,
    told.recommendation_id,
    told.product_id,
    told.seen_at,
    told.clicked_at,
    told.position,
    NULLIF(SPLIT_PART(told.recommendation_id, '~', 2), '') AS model,
    NULLIF(SPLIT_PART(told.recommendation_id, '~', 3), '') AS generation,
    COALESCE(NULLIF(SPLIT_PART(told.recommendation_id, '~', 6), ''), told.placement) AS placement,
    NULLIF(SUBSTR(SPLIT_PART(told.recommendation_id, '~', 7), CAST(LEAST(told.position, 1000) AS INTEGER), 1), '') AS rung,
    CASE WHEN told.customer_id IS NULL THEN 'anonymous' ELSE COALESCE(live_segments.segment, 'none') END AS segment
FROM told
LEFT JOIN live_segments ON told.customer_id = live_segments.customer_id
