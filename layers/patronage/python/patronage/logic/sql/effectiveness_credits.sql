-- Which touch each outcome is due to: the last of the same visitor and product before it, $window_days times 24 hours at
-- most, with what showed it. Reads `touches`, `outcomes`.
-- Each outcome counts once, also where two visitors may have been the buyer. One pass over the moments in their order, so
-- that nobody's thousand clicks meet a thousand purchases.
WITH moments AS (
    SELECT visitor_id, product_id, touched_at AS moment, 0 AS stage, touch, NULL AS kind, NULL AS outcome
    FROM touches
    UNION ALL
    SELECT visitor_id, product_id, happened_at, 1, NULL, kind, outcome
    FROM outcomes
),

placed AS (
    SELECT kind, outcome, moment, LAST_VALUE(touch IGNORE NULLS) OVER so_far AS touch
    FROM moments
    WINDOW so_far AS (
        PARTITION BY visitor_id, product_id ORDER BY moment, stage, touch, outcome
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),

ranked AS (
    SELECT
        placed.kind,
        placed.outcome,
        placed.moment,
        touches.*,
        ROW_NUMBER() OVER (PARTITION BY placed.kind, placed.outcome ORDER BY touches.touch DESC) AS place
    FROM placed
    INNER JOIN touches ON placed.touch = touches.touch
    WHERE
        placed.outcome IS NOT NULL
        AND DATE_DIFF('microsecond', touches.touched_at, placed.moment) <= CAST($window_days AS BIGINT) * 86400000000
)

SELECT kind, outcome, moment, model, generation, placement, rung, position, segment
FROM ranked
WHERE place = 1
