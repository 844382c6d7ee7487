-- The places of `all_places` in slices: by their own country or channel, else by the customer's value. 0 is the value
-- with the most money, and so on, $most all after those, and -1 where nothing is said. Reads `all_places`, `sales_sums`.
WITH valued AS (
    SELECT
        all_places.place,
        all_places.day,
        all_places.country,
        all_places.channel,
        CASE $by
            WHEN 'country' THEN all_places.country
            WHEN 'channel' THEN all_places.channel
            ELSE all_places.value
        END AS value,
        summed.net_minor
    FROM all_places
    INNER JOIN (
        SELECT place, SUM(net_minor) AS net_minor
        FROM sales_sums
        GROUP BY place
        HAVING SUM(line_count) > 0
    ) AS summed ON all_places.place = summed.place
),

ranked AS (
    SELECT value, ROW_NUMBER() OVER (ORDER BY SUM(net_minor) DESC, value) - 1 AS number
    FROM valued
    WHERE value IS NOT NULL
    GROUP BY value
)

SELECT
    valued.place,
    CAST(CASE WHEN ranked.number IS NULL THEN -1 WHEN ranked.number < $most THEN ranked.number ELSE $most END AS INTEGER)
        AS slice,
    valued.day,
    valued.country,
    valued.channel,
    valued.value
FROM valued
LEFT JOIN ranked ON valued.value = ranked.value
