-- The showings that an outcome may be due to, numbered, at the moment of the click or, with $touch 'view', of having been
-- seen. Reads `showings`, `outcomes`. Most showings lead to nothing, and are left out before anything is sorted.
WITH wanted AS (
    SELECT DISTINCT visitor_id, product_id
    FROM outcomes
),

touched AS (
    SELECT *, CASE $touch WHEN 'click' THEN clicked_at ELSE seen_at END AS touched_at
    FROM showings
)

SELECT
    ROW_NUMBER() OVER (
        ORDER BY touched.touched_at, touched.visitor_id, touched.product_id, touched.recommendation_id
    ) AS touch,
    touched.visitor_id,
    touched.product_id,
    touched.touched_at,
    touched.model,
    touched.generation,
    touched.placement,
    touched.rung,
    touched.position,
    touched.segment
FROM touched
INNER JOIN wanted ON touched.visitor_id = wanted.visitor_id AND touched.product_id = wanted.product_id
WHERE touched.touched_at IS NOT NULL
