-- The rows of `unsliced_rows` in slices: by their own country or channel, else by the customer's value. 0 is the value
-- with the most money, and so on, $most all after those, and -1 where nothing is said. Reads `unsliced_rows` and
-- `slice_values` (customer_id, value).
WITH valued AS (
    SELECT
        unsliced_rows.*,
        CASE $by
            WHEN 'country' THEN unsliced_rows.country
            WHEN 'channel' THEN unsliced_rows.channel
            ELSE slice_values.value
        END AS value
    FROM unsliced_rows
    LEFT JOIN slice_values ON unsliced_rows.customer_id = slice_values.customer_id
    WHERE unsliced_rows.line_count > 0
),

ranked AS (
    SELECT value, ROW_NUMBER() OVER (ORDER BY SUM(net_minor) DESC, value) - 1 AS place
    FROM valued
    WHERE value IS NOT NULL
    GROUP BY value
)

SELECT
    CAST(CASE WHEN ranked.place IS NULL THEN -1 WHEN ranked.place < $most THEN ranked.place ELSE $most END AS INTEGER)
        AS slice,
    valued.*
FROM valued
LEFT JOIN ranked ON valued.value = ranked.value
