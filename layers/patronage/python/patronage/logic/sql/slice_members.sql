-- Each customer's slice: 0 for the value that most customers have, and so on, and $most for all values after those.
-- Reads `slice_values` (customer_id, value).
SELECT
    slice_values.customer_id,
    ranked.value,
    CAST(CASE WHEN ranked.place < $most THEN ranked.place ELSE $most END AS INTEGER) AS slice
FROM slice_values
INNER JOIN (
    SELECT value, ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, value) - 1 AS place
    FROM slice_values
    GROUP BY value
) AS ranked ON slice_values.value = ranked.value
