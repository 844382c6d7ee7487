-- Whom an export of a segment contacted (place 0) or held out (1), as units that were exposed when the list was written.
-- Reads `audience`, `crossovers`. Whoever another export put on the other side is in neither.
SELECT
    ROW_NUMBER() OVER (ORDER BY audience.customer_id) - 1 AS unit,
    'customer' AS unit_kind,
    audience.customer_id AS unit_id,
    audience.customer_id AS visitor_id,
    CAST($begins AS TIMESTAMPTZ) AS exposed_at,
    CASE audience."group" WHEN 'exported' THEN 0 ELSE 1 END AS place
FROM audience
LEFT JOIN crossovers ON audience.customer_id = crossovers.customer_id
WHERE crossovers.customer_id IS NULL
