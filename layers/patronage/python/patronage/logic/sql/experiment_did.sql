-- What each unit saw and did from its exposure on and before $ends. Reads `units`, `judged_events`. Of an answer each product
-- counts once as seen and once as clicked, putting it into the basket where it is shown being a click too; a basket counts
-- whatever it holds.
WITH did AS (
    SELECT
        units.unit,
        judged_events.event_id,
        judged_events.event_type,
        judged_events.recommendation_id,
        judged_events.product_id,
        judged_events.is_readable
    FROM units
    INNER JOIN judged_events
        ON units.unit_kind = judged_events.unit_kind AND units.unit_id = judged_events.unit_id
    WHERE
        judged_events.occurred_at >= units.exposed_at
        AND judged_events.occurred_at < CAST($ends AS TIMESTAMPTZ)
        AND judged_events.event_type <> 'purchase'
        AND judged_events.product_id IS NOT NULL
),

shown AS (
    SELECT
        unit,
        MAX(CASE WHEN event_type = 'impression' THEN 1 ELSE 0 END) AS impressions,
        MAX(CASE WHEN event_type = 'impression' THEN 0 ELSE 1 END) AS clicks,
        0 AS carts
    FROM did
    WHERE is_readable
    GROUP BY unit, recommendation_id, product_id
    UNION ALL
    SELECT unit, 0, 0, 1
    FROM did
    WHERE event_type = 'cart_add'
)

SELECT
    unit,
    CAST(SUM(impressions) AS BIGINT) AS impressions,
    CAST(SUM(clicks) AS BIGINT) AS clicks,
    CAST(SUM(carts) AS BIGINT) AS carts
FROM shown
GROUP BY unit
