-- How many units (sessions, or visitors) came how far, by segment, channel and month. Reads `journey_slices` (its begins
-- is null where units have no month), `funnel_events`.
-- reached_x: did x at all; ordered_x: did every step up to x, none before the one that precedes it (at one instant is
-- not before). A step that the shop records nowhere ($has_x false) is passed over.
WITH viewed AS (
    SELECT
        unit,
        state,
        occurred_at,
        MIN(CASE WHEN state = 'product_view' THEN occurred_at END) OVER (PARTITION BY unit) AS viewed_at
    FROM funnel_events
    WHERE state IN ('product_view', 'cart_add', 'purchase')
),

carted AS (
    SELECT
        unit,
        state,
        occurred_at,
        viewed_at,
        MIN(CASE WHEN state = 'cart_add' AND (NOT $has_product_view OR occurred_at >= viewed_at) THEN occurred_at END)
            OVER (PARTITION BY unit) AS carted_at
    FROM viewed
),

reached AS (
    SELECT
        unit,
        MAX(CASE WHEN state = 'product_view' THEN 1 ELSE 0 END) AS product_view,
        MAX(CASE WHEN state = 'cart_add' THEN 1 ELSE 0 END) AS cart_add,
        MAX(CASE WHEN state = 'purchase' THEN 1 ELSE 0 END) AS purchase,
        MAX(CASE WHEN carted_at IS NOT NULL THEN 1 ELSE 0 END) AS ordered_cart_add,
        MAX(
            CASE
                WHEN
                    state = 'purchase'
                    AND (NOT $has_product_view OR occurred_at >= viewed_at)
                    AND (NOT $has_cart_add OR occurred_at >= carted_at)
                    THEN 1
                ELSE 0
            END
        ) AS ordered_purchase
    FROM carted
    GROUP BY unit
)

SELECT
    journey_slices.segment_id,
    journey_slices.channel_place,
    CAST(journey_slices.begins AS VARCHAR) AS begins,
    COUNT(*) AS units,
    CAST(COALESCE(SUM(reached.product_view), 0) AS BIGINT) AS reached_product_view,
    CAST(COALESCE(SUM(reached.cart_add), 0) AS BIGINT) AS reached_cart_add,
    CAST(COALESCE(SUM(reached.purchase), 0) AS BIGINT) AS reached_purchase,
    CAST(COALESCE(SUM(reached.product_view), 0) AS BIGINT) AS ordered_product_view,
    CAST(COALESCE(SUM(reached.ordered_cart_add), 0) AS BIGINT) AS ordered_cart_add,
    CAST(COALESCE(SUM(reached.ordered_purchase), 0) AS BIGINT) AS ordered_purchase
FROM journey_slices
LEFT JOIN reached ON journey_slices.unit = reached.unit
GROUP BY journey_slices.segment_id, journey_slices.channel_place, journey_slices.begins
ORDER BY journey_slices.segment_id, journey_slices.channel_place, journey_slices.begins
