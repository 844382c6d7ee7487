-- Each click that an outcome may be due to, numbered in their order; with $touch 'view' each time that the product was
-- seen. Reads `judged_events`, `showings` for what showed it, `outcomes`. Unlike a showing, which counts once, every click
-- is here: the last one decides. Most events lead to nothing, and are left out before anything is joined or sorted.
WITH wanted AS (
    SELECT DISTINCT visitor_id, product_id
    FROM outcomes
),

touched AS (
    SELECT DISTINCT
        judged_events.visitor_id,
        judged_events.product_id,
        judged_events.recommendation_id,
        judged_events.occurred_at AS touched_at
    FROM judged_events
    INNER JOIN wanted
        ON judged_events.visitor_id = wanted.visitor_id AND judged_events.product_id = wanted.product_id
    WHERE
        judged_events.is_readable
        AND CASE judged_events.event_type
            WHEN 'click' THEN 'click'
            WHEN 'cart_add' THEN 'click'
            WHEN 'impression' THEN 'view'
        END = $touch
)

SELECT
    ROW_NUMBER() OVER (
        ORDER BY touched.touched_at, touched.visitor_id, touched.product_id, touched.recommendation_id
    ) AS touch,
    touched.visitor_id,
    touched.product_id,
    touched.touched_at,
    showings.model,
    showings.generation,
    showings.placement,
    showings.rung,
    showings.position,
    showings.segment
FROM touched
INNER JOIN showings
    ON
        touched.visitor_id = showings.visitor_id
        AND touched.product_id = showings.product_id
        AND touched.recommendation_id = showings.recommendation_id
